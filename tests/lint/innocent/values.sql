select v.order_id, o.amount from (values (1), (2)) as v (order_id) left join {{ref "stg_orders"}} o on o.order_id = v.order_id where o.order_id is distinct from 3
