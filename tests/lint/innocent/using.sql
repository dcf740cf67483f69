select order_id, i.item_id, o.amount from {{ref "stg_items"}} i join {{ref "stg_orders"}} o using (order_id)
