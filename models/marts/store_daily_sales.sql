{{!-- Every store on every day since it opened, the days without a sale too. --}}
with days as (

    select cast(date_day as date) as day
    from ({{date_spine "day" (concat "cast('" (var "start_date") "' as date)") (concat "cast('" (var "end_date") "' as date)")}}) as spine

)

select
    days.day,
    stores.store_id,
    stores.store_name,
    coalesce(sales.sales, 0) as sales,
    coalesce(sales.revenue, 0) as revenue,
    cast(avg(coalesce(sales.revenue, 0)) over recent as double precision) as revenue_7_day_average,
    cast(sum(coalesce(sales.revenue, 0)) over since_opening as numeric(16, 2)) as revenue_so_far
from days
join {{ref "stg_stores"}} as stores on stores.opened_on <= days.day
left join {{ref "fct_daily_store_sales"}} as sales on sales.ordered_on = days.day and sales.store_id = stores.store_id
window
    recent as (partition by stores.store_id order by days.day rows between 6 preceding and current row),
    since_opening as (partition by stores.store_id order by days.day rows unbounded preceding)
