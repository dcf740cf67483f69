-- the months together hold every sale of the fact table
with months as (

    select sum(revenue) as revenue, sum(orders) as orders
    from {{ref "monthly_revenue"}}

),

facts as (

    select sum(order_total) as revenue, count(*) as orders
    from {{ref "fct_orders"}}
    where is_sale

)

select months.revenue as revenue_of_months, facts.revenue as revenue_of_facts, months.orders, facts.orders as orders_of_facts
from months
cross join facts
where months.revenue <> facts.revenue
   or months.orders <> facts.orders
