{{config tags=(array "money")}}
-- every sale is paid in full, no cancelled order is charged
select
    orders.order_id,
    orders.status,
    totals.order_total_cents,
    payments.paid_cents
from {{ref "stg_orders"}} as orders
join {{ref "int_order_totals"}} as totals on totals.order_id = orders.order_id
left join {{ref "int_order_payments"}} as payments on payments.order_id = orders.order_id
where coalesce(payments.paid_cents, 0) <> case when orders.is_sale then totals.order_total_cents else 0 end
