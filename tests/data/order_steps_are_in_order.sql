select order_id, ordered_at, shipped_at, delivered_at, updated_at
from {{ref "stg_orders"}}
where shipped_at < ordered_at
   or delivered_at < shipped_at
   or updated_at < coalesce(delivered_at, shipped_at, ordered_at)
