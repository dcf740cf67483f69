select
    {{month_of "sessions.started_on"}} as month,
    sessions.channel,
    count(*) as sessions,
    count(distinct sessions.visitor_id) as visitors,
    count(orders.order_id) as orders,
    cast(coalesce(sum(orders.order_total), 0) as numeric(16, 2)) as revenue,
    {{safe_divide "count(orders.order_id)" "count(*)"}} as conversion
from {{ref "fct_web_sessions"}} as sessions
left join {{ref "fct_orders"}} as orders on orders.order_id = sessions.order_id and orders.is_sale
group by 1, 2
