select o.customer_id, count(*) as n, count(distinct o.order_id) as orders from {{ref "stg_orders"}} o join {{ref "stg_items"}} i on i.order_id = o.order_id group by o.customer_id
