with months as (

    select cast(date_month as date) as month
    from ({{date_spine "month" (concat "cast('" (var "start_date") "' as date)") (concat "cast('" (var "end_date") "' as date)")}}) as spine

),

sales as (

    select
        {{month_of "ordered_on"}} as month,
        count(*) as orders,
        count(distinct customer_id) as customers,
        cast(sum(order_total) as numeric(16, 2)) as revenue
    from {{ref "fct_orders"}}
    where is_sale
    group by 1

),

refunds as (

    select
        {{month_of "refunded_on"}} as month,
        {{cents_to_dollars "sum(amount_cents)"}} as refunded
    from {{ref "stg_refunds"}}
    group by 1

),

joined as (

    select
        months.month,
        coalesce(sales.orders, 0) as orders,
        coalesce(sales.customers, 0) as customers,
        coalesce(sales.revenue, 0) as revenue,
        coalesce(refunds.refunded, 0) as refunded
    from months
    left join sales on sales.month = months.month
    left join refunds on refunds.month = months.month

),

compared as (

    select *, lag(revenue) over (order by month) as previous_revenue
    from joined

)

select
    month,
    orders,
    customers,
    revenue,
    refunded,
    cast(revenue - refunded as numeric(16, 2)) as net_revenue,
    cast(sum(revenue) over (partition by extract(year from month) order by month) as numeric(16, 2)) as revenue_year_to_date,
    {{safe_divide "revenue - previous_revenue" "previous_revenue"}} as revenue_growth
from compared
