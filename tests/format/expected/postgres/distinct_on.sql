select distinct on (customer_id)
    customer_id,
    id,
    ordered_at
from {{ref "orders"}}
order by customer_id, ordered_at desc
