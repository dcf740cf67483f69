{{config materialized="incremental" incremental_strategy="merge" unique_key="day_store_key" tags=(array "daily")}}
select
    {{surrogate_key (array "ordered_on" "store_id")}} as day_store_key,
    ordered_on,
    store_id,
    count(*) as orders,
    count(case when is_sale then 1 end) as sales,
    count(case when status = 'cancelled' then 1 end) as cancelled,
    cast(coalesce(sum(case when is_sale then item_count end), 0) as bigint) as items,
    cast(coalesce(sum(case when is_sale then order_total end), 0) as numeric(16, 2)) as revenue,
    max(updated_at) as updated_at
from {{ref "fct_orders"}}
{{#if is_incremental}}
-- whole days anew, wherever an order of the day has changed
where ordered_on in (
    select changed.ordered_on
    from {{ref "fct_orders"}} as changed
    where changed.updated_at >= (select max(updated_at) from {{this}})
)
{{/if}}
group by ordered_on, store_id
