-- no order may be free
select id
from   {{ref "orders"}}
where  amount <= 0
   or  amount is null
