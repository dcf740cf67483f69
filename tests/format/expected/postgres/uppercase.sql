select
    O.ID,
    O."Amount",
    COUNT(*) as N
from {{ref "orders"}} as O
left outer join {{ref "customers"}} as C on C.ID = O.CUSTOMER_ID
where O.STATUS in ('NEW', 'PAID')
    and C.NAME is not null
group by 1, 2
having COUNT(*) > 1
order by N desc nulls last
limit 10
