select id
from {{ref "orders"}}
order by amount desc
offset 2
fetch first 5 rows with ties
