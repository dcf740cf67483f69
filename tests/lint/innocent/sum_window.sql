select o.customer_id, sum(o.amount) over (partition by o.customer_id) as amount, i.item_id from {{ref "stg_orders"}} o join {{ref "stg_items"}} i on i.order_id = o.order_id
