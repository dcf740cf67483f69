{{config
    materialized="incremental"
    unique_key="id"
    on_schema_change="append_new_columns"
}}
SELECT id,customer_id,   amount FROM {{ref "orders"}}
{{#if (not (not is_incremental))}}
WHERE ordered_at > (SELECT max(ordered_at) FROM {{this}})
{{/if}}
