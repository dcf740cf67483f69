select
    cast(ticket_id as integer) as ticket_id,
    cast(customer_id as integer) as customer_id,
    cast(order_id as integer) as order_id,
    topic,
    cast(opened_at as timestamp) as opened_at,
    cast(closed_at as timestamp) as closed_at,
    cast(rating as integer) as rating
from {{source "helpdesk" "tickets"}}
