select order_id from {{ref "stg_orders"}} order by amount desc limit 10
