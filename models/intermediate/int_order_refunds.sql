{{config materialized="ephemeral"}}
select
    order_id,
    cast(sum(amount_cents) as bigint) as refunded_cents,
    max(refunded_at) as last_refunded_at
from {{ref "stg_refunds"}}
group by order_id
