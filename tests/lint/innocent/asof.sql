select o.order_id, i.price from {{ref "stg_orders"}} o asof left join {{ref "stg_items"}} i on i.order_id = o.order_id and i.item_id <= o.ordered_at
