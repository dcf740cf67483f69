{{config materialized="incremental" unique_key="id" incremental_strategy="merge"}}

with changed as (
    select *
    from {{ref "orders"}}
    {{#if is_incremental}}
        where updated_at > (
            select coalesce(max(updated_at), '1900-01-01')
            from {{this}}
        )
    {{/if}}
)

select
    {{surrogate_key (array "id" "status")}} as key,
    changed.*
from changed
