select o.order_id, i.price from {{ref "stg_orders"}} o left join (select * from {{ref "stg_items"}} where price > 2) i on i.order_id = o.order_id where o.amount > 2
