select case status when 'new' then 1 when 'paid' then 2 else 3 end as rank_of, case when amount > 100 and tax > 0 or status = 'x' then 'big' end as size,
case when amount > 1000 then case when tax > 10 then 'a' else 'b' end when amount > 100 then 'c' else 'd' end as class
from {{ref "orders"}}
