select o.order_id, i.price from {{ref "stg_orders"}} o left join lateral (select price from {{ref "stg_items"}} x where x.order_id = o.order_id order by price limit 1) i on true
