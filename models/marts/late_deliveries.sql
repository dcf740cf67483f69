with deliveries as (

    select
        {{month_of "orders.promised_on"}} as month,
        orders.order_id,
        orders.is_late,
        orders.delivered_on - orders.promised_on as days_late,
        tickets.ticket_id
    from {{ref "fct_orders"}} as orders
    left join ({{deduplicate (ref "stg_support_tickets") partition_by="order_id" order_by="opened_at"}}) as tickets
        on tickets.order_id = orders.order_id
    where orders.channel = 'web'
      and orders.delivered_on is not null

)

select
    month,
    count(*) as deliveries,
    count(case when is_late then 1 end) as late_deliveries,
    {{safe_divide "count(case when is_late then 1 end)" "count(*)"}} as late_share,
    max(days_late) as worst_days_late,
    count(ticket_id) as deliveries_with_ticket
from deliveries
group by month
