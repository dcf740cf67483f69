select
    id,
    row_number() over (partition by customer_id order by ordered_at desc, id) as n
from {{ref "orders"}}
qualify n = 1
