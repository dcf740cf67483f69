select a.order_id, b.order_id as earlier from {{ref "stg_orders"}} a join {{ref "stg_orders"}} b on b.customer_id = a.customer_id and b.ordered_at < a.ordered_at
