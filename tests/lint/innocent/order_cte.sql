with latest as (select * from {{ref "stg_orders"}} order by ordered_at desc limit 5) select order_id, amount from latest
