/** The words that artifacts are made of: keys of dbt's, as far as we write them, then our own and those of profiles. */

/** None of them is a secret, whatever a password is. */
export const artifactKeys: ReadonlySet<string> = new Set(
  `
access adapter_response adapter_type alias alias_types args arguments attached_node batch_results batch_size begin
block_contents build_path check_cols checksum child_map column column_name column_types columns comment compiled
compiled_code compiled_path completed_at concurrent_batches config constraints contract count created_at criteria
data_type database dbt_schema_version dbt_version defer_relation delimiter depends_on deprecation_date description
disabled docs elapsed_time email enabled enforced env env_vars error error_after error_if errors event_time exclude
execution_time expect exposures expression external extra_ctes extra_ctes_injected fail_calc failures file_key_name
filter fixture format fqn freshness full_refresh generated_at given grants granularity group group_map groups id
identifier include incremental_strategy index input invocation_id invocation_started_at kwargs label language
latest_version limit loaded_at_field loaded_at_query loader location lookback macro_sql macros materialized maturity
max_loaded_at max_loaded_at_time_ago_in_s message meta metadata metrics model name namespace node_color nodes
on_configuration_change on_schema_change original_file_path overrides owner package package_name packages parent_map
partitions patch_path path period persist_docs post-hook pre-hook primary_key project_name quote quoting raw_code refs
relation_name resource_type results root_path rows saved_queries schema selectors semantic_models
send_anonymous_usage_stats severity show snapshot_meta_column_names snapshotted_at source_description source_meta
source_name sources sql started_at stats status store_failures strategy supported_languages tags target_schema
test_metadata thread_id timing to transaction type unique_id unique_key unit_tests unrendered_config
unrendered_database unrendered_schema updated_at url value vars version versions warn_after warn_if warn_unenforced
warn_unsupported where
TX_INPUT_HASH TX_TARGET TX_VERSION edges kinds tx_version
cat displayTimeUnit dur ph pid tid traceEvents ts
`
    .trim()
    .split(/\s+/),
);
