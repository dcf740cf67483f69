{{!-- Every sale of a customer, numbered in the order of time. --}}
select
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    orders.ordered_on,
    totals.order_total_cents,
    row_number() over (partition by orders.customer_id order by orders.ordered_at, orders.order_id) as order_number,
    lag(orders.ordered_on) over (partition by orders.customer_id order by orders.ordered_at, orders.order_id) as previous_ordered_on,
    min(orders.ordered_on) over (partition by orders.customer_id) as first_ordered_on
from {{ref "stg_orders"}} as orders
join {{ref "int_order_totals"}} as totals on totals.order_id = orders.order_id
where orders.is_sale
