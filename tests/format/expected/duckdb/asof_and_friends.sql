select
    a.id,
    b.amount
from {{ref "orders"}} a
asof left join {{ref "returns"}} b on a.customer_id = b.customer_id and a.ordered_at >= b.ordered_at
semi join {{ref "customers"}} c on c.id = a.customer_id
positional join {{ref "wide"}}
cross join range(3) r(n)
