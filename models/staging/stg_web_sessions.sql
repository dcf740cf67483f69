select
    session_id,
    visitor_id,
    cast(customer_id as integer) as customer_id,
    cast(order_id as integer) as order_id,
    cast(started_at as timestamp) as started_at,
    cast(started_at as date) as started_on,
    cast(pages as integer) as pages,
    channel,
    device,
    device = 'bot' as is_bot
from {{source "web" "sessions"}}
