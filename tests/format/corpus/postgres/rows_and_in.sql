select id from {{ref "orders"}} where (customer_id, status) in (select id, 'new' from {{ref "customers"}}) and row(1, 2) = (1, 2) and id = any (array[1, 2]) and id <> all(select 1)
