select o.order_id, i.item_id from {{ref "stg_orders"}} o left join {{ref "stg_items"}} i on i.order_id = o.order_id where i.item_id is null or i.price > 3
