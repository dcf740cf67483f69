{{config tags=(array "money")}}
select order_id, order_total, refunded
from {{ref "fct_orders"}}
where refunded > order_total
   or (status = 'returned' and refunded < order_total)
