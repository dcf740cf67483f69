with orders as (select order_id from {{ref "stg_orders"}}), items as (select order_id as stg_items from orders) select stg_items from items -- from main.stg_orders
where 'from main.stg_items' <> $$ join main.stg_items $$
