select distinct on (customer_id) customer_id, order_id from {{ref "stg_orders"}} order by customer_id, ordered_at desc
