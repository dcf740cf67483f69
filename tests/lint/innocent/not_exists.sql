select o.order_id from {{ref "stg_orders"}} o where not exists (select 1 from {{ref "stg_items"}} i where i.order_id = o.order_id and i.price > 3)
