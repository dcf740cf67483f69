select
    order_id,
    count(*) as line_count,
    cast(sum(quantity) as bigint) as item_count,
    cast(sum(discount_cents) as bigint) as discount_cents,
    cast(sum(line_total_cents) as bigint) as order_total_cents
from {{ref "stg_order_items"}}
group by order_id
