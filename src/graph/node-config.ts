/** The config of a node under the words that users write, defaults filled in: for `config.*` and for listings. */
import type { ModelConfig, SeedConfig, SnapshotConfig, TestConfig } from '../compile/compiled.ts';
import type { YamlValue } from '../project/project.ts';
import type { GraphNode } from './graph.ts';

/** Config by key. A value that config has settled replaces the one that somebody wrote. */
export type NodeConfig = Readonly<Record<string, YamlValue>>;

/** What config says of `node`. */
export function nodeConfig(node: GraphNode): NodeConfig {
  const written: Record<string, YamlValue> = {};
  for (const [key, located] of Object.entries(node.rawConfig)) written[key] = located.value;
  return { ...written, ...settledConfig(node) };
}

function settledConfig(node: GraphNode): NodeConfig {
  switch (node.resourceType) {
    case 'model':
      return modelConfig(node.config);
    case 'seed':
      return seedConfig(node.config);
    case 'snapshot':
      return snapshotConfig(node.config);
    case 'test':
      return testConfig(node.config);
    case 'exposure':
    case 'unit_test':
      return { enabled: true, tags: node.tags };
    case 'source':
      // A source that config turned off is not in the graph.
      return { enabled: true, tags: node.tags };
  }
}

function modelConfig(config: ModelConfig): NodeConfig {
  return {
    enabled: config.enabled,
    materialized: config.materialized,
    ...present('schema', config.schema),
    ...present('alias', config.alias),
    tags: config.tags,
    meta: config.meta,
    ...present('unique_key', config.uniqueKey.length === 0 ? undefined : config.uniqueKey),
    ...present('incremental_strategy', config.incrementalStrategy),
    ...present('merge_update_columns', config.mergeColumns?.rule === 'only' ? config.mergeColumns.columns : undefined),
    ...present('merge_exclude_columns', config.mergeColumns?.rule === 'all-but' ? config.mergeColumns.columns : undefined),
    ...present('incremental_predicates', config.predicates),
    ...present('partition_by', config.partitionBy),
    ...present('partition_granularity', config.partitionGranularity),
    ...present('sequence_by', config.events?.sequenceBy),
    ...present('delete_when', config.events?.deleteWhen),
    ...intervalConfig(config),
    ...externalConfig(config),
    on_schema_change: config.onSchemaChange,
    ...present('full_refresh', config.fullRefresh),
    ...present('group', config.group),
    access: config.access,
  };
}

function externalConfig({ external }: ModelConfig): NodeConfig {
  if (external === undefined) return {};
  const { location, format, options } = external;
  const { compression, compressionLevel, rowGroupSize, delimiter, header, array } = options;
  const said = {
    ...present('compression', compression),
    ...present('compression_level', compressionLevel),
    ...present('row_group_size', rowGroupSize),
    ...present('delimiter', delimiter),
    ...present('header', header),
    ...present('array', array),
  };
  return { location, format, ...(Object.keys(said).length === 0 ? {} : { options: said }) };
}

function intervalConfig({ intervals }: ModelConfig): NodeConfig {
  if (intervals === undefined) return {};
  return {
    time_column: intervals.timeColumn,
    batch_size: intervals.batchSize,
    begin: new Date(intervals.begin).toISOString(),
    lookback: intervals.lookback,
    time_zone: intervals.timeZone,
    allow_partials: intervals.allowPartials,
    outside_interval: intervals.outside,
    forward_only: intervals.forwardOnly,
    concurrent_batches: intervals.concurrent === true,
  };
}

function seedConfig(config: SeedConfig): NodeConfig {
  const types = Object.entries(config.columnTypes).map(([name, type]) => [name, type.value] as const);
  return {
    enabled: config.enabled,
    materialized: 'seed',
    ...present('schema', config.schema),
    ...present('alias', config.alias),
    tags: config.tags,
    meta: config.meta,
    ...present('delimiter', config.delimiter),
    ...present('group', config.group),
    column_types: Object.fromEntries(types),
  };
}

function snapshotConfig(config: SnapshotConfig): NodeConfig {
  const { scdId, updatedAt, validFrom, validTo, isDeleted } = config.metaColumns;
  return {
    enabled: config.enabled,
    materialized: 'snapshot',
    ...present('schema', config.schema),
    ...present('alias', config.alias),
    tags: config.tags,
    meta: config.meta,
    strategy: config.strategy,
    unique_key: config.uniqueKey,
    ...present('updated_at', config.updatedAt),
    ...present('check_cols', config.strategy === 'check' ? (config.checkColumns ?? 'all') : undefined),
    hard_deletes: config.hardDeletes,
    ...present('dbt_valid_to_current', config.validToCurrent),
    snapshot_meta_column_names: {
      dbt_scd_id: scdId,
      dbt_updated_at: updatedAt,
      dbt_valid_from: validFrom,
      dbt_valid_to: validTo,
      ...present('dbt_is_deleted', isDeleted),
    },
    ...present('group', config.group),
  };
}

function testConfig(config: TestConfig): NodeConfig {
  return {
    enabled: config.enabled,
    materialized: 'test',
    severity: config.severity,
    warn_if: config.warnIf.text,
    error_if: config.errorIf.text,
    ...present('where', config.where),
    ...present('limit', config.limit),
    tags: config.tags,
    meta: config.meta,
  };
}

function present(key: string, value: YamlValue | undefined): NodeConfig {
  return value === undefined ? {} : { [key]: value };
}
