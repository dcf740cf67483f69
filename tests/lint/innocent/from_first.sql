from {{ref "stg_orders"}} select order_id
