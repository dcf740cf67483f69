select id
from {{ref "orders"}} tablesample bernoulli (10) repeatable (42)
where id > 0
