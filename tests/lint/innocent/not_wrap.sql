select o.order_id, i.price from {{ref "stg_orders"}} o left join {{ref "stg_items"}} i on i.order_id = o.order_id where not (i.price > 3) is true
