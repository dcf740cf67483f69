{{config
    materialized="incremental"
    unique_key="id"
    on_schema_change="append_new_columns"
}}
select
    id,
    customer_id,
    amount
from {{ref "orders"}}
{{#if (not (not is_incremental))}}
    where ordered_at > (select max(ordered_at) from {{this}})
{{/if}}
