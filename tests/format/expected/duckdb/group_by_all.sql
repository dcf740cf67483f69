select
    status,
    count(*) as n,
    list(distinct customer_id order by customer_id) as customers
from {{ref "orders"}}
group by all
having count(*) > 1
order by all
