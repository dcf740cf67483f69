select
    id,
    (select max(amount) from {{ref "orders"}}) as top,
    exists (select 1 from {{ref "returns"}} r where r.id = o.id) as returned,
    o.id in (select id from {{ref "returns"}}) as r2
from {{ref "orders"}} o
where o.amount > (
    select avg(amount)
    from {{ref "orders"}}
    where status = 'paid'
        and amount > 0
        and ordered_at > date '2024-01-01'
)
