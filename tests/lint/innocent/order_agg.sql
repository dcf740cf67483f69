select customer_id, string_agg(order_id, ',' order by order_id) as orders, list(amount order by amount) from {{ref "stg_orders"}} group by 1
