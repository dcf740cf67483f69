select
    order_id,
    customer_id,
    store_id,
    status,
    status <> 'cancelled' as is_sale,
    ordered_at,
    cast(ordered_at as date) as ordered_on,
    promised_on,
    shipped_at,
    delivered_at,
    cast(delivered_at as date) as delivered_on,
    updated_at
from {{ref "orders"}}
where ordered_at >= cast({{literal (var "start_date")}} as timestamp)
