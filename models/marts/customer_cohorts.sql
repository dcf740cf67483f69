with activity as (

    select distinct
        customer_id,
        {{month_of "first_ordered_on"}} as cohort_month,
        {{month_of "ordered_on"}} as active_month
    from {{ref "int_customer_orders"}}

),

sizes as (

    select cohort_month, count(distinct customer_id) as cohort_size
    from activity
    group by cohort_month

),

counted as (

    select
        cohort_month,
        cast({{months_between "cohort_month" "active_month"}} as integer) as months_since_first_order,
        count(*) as active_customers
    from activity
    group by 1, 2

)

select
    {{surrogate_key (array "counted.cohort_month" "counted.months_since_first_order")}} as cohort_key,
    counted.cohort_month,
    counted.months_since_first_order,
    sizes.cohort_size,
    counted.active_customers,
    cast(counted.active_customers as double precision) / sizes.cohort_size as retention
from counted
join sizes on sizes.cohort_month = counted.cohort_month
