select
    payment_id,
    order_id,
    method,
    status,
    status = 'captured' as is_captured,
    amount_cents,
    paid_at
from {{ref "payments"}}
