with base as (
    select *
    from {{ref "orders"}}
)
{{#each (array "new" "paid") as |status|}}
    , {{status}}_orders as (
        select
            id,
            amount
        from base
        where status = '{{status}}'
    )
{{/each}}
select *
from new_orders
union all
select *
from paid_orders
