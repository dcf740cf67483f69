pivot {{ref "orders"}} on status in ('new', 'paid') using sum(amount) group by customer_id
