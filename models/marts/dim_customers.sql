with sales as (

    select
        customer_id,
        count(*) as order_count,
        min(ordered_on) as first_ordered_on,
        max(ordered_on) as last_ordered_on,
        cast(sum(order_total_cents) as bigint) as revenue_cents
    from {{ref "int_customer_orders"}}
    group by customer_id

),

refunds as (

    select
        orders.customer_id,
        cast(sum(refunds.refunded_cents) as bigint) as refunded_cents
    from {{ref "int_order_refunds"}} as refunds
    join {{ref "stg_orders"}} as orders on orders.order_id = refunds.order_id
    group by orders.customer_id

),

customers as (

    select
        customers.customer_id,
        customers.customer_name,
        customers.email,
        customers.city,
        customers.postcode,
        regions.region,
        customers.marketing_opt_in,
        customers.created_on,
        sales.first_ordered_on,
        sales.last_ordered_on,
        coalesce(sales.order_count, 0) as order_count,
        coalesce(sales.revenue_cents, 0) - coalesce(refunds.refunded_cents, 0) as lifetime_value_cents
    from {{ref "stg_customers"}} as customers
    left join {{ref "postcode_regions"}} as regions on regions.postcode_prefix = customers.postcode_prefix
    left join sales on sales.customer_id = customers.customer_id
    left join refunds on refunds.customer_id = customers.customer_id

)

select
    customer_id,
    customer_name,
    email,
    city,
    postcode,
    region,
    marketing_opt_in,
    created_on,
    first_ordered_on,
    last_ordered_on,
    order_count,
    {{cents_to_dollars "lifetime_value_cents"}} as lifetime_value,
    {{bands "lifetime_value_cents" (var "tier_bounds") names=(array "bronze" "silver" "gold") below="none"}} as tier,
    rank() over (order by lifetime_value_cents desc) as value_rank
from customers
