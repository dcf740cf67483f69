select
    refund_id,
    order_id,
    amount_cents,
    reason,
    refunded_at,
    cast(refunded_at as date) as refunded_on
from {{ref "refunds"}}
