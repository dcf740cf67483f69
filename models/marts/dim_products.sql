with sales as (

    select
        items.product_id,
        cast(sum(items.quantity) as bigint) as units_sold,
        cast(sum(items.line_total_cents) as bigint) as revenue_cents
    from {{ref "stg_order_items"}} as items
    join {{ref "stg_orders"}} as orders on orders.order_id = items.order_id
    where orders.is_sale
    group by items.product_id

),

products as (

    select
        products.product_id,
        products.product_name,
        products.category,
        products.is_discontinued,
        products.unit_cost_cents,
        coalesce(sales.units_sold, 0) as units_sold,
        coalesce(sales.revenue_cents, 0) as revenue_cents
    from {{ref "stg_products"}} as products
    left join sales on sales.product_id = products.product_id

)

select
    product_id,
    product_name,
    category,
    is_discontinued,
    units_sold,
    {{cents_to_dollars "revenue_cents"}} as revenue,
    {{cents_to_dollars "revenue_cents - units_sold * unit_cost_cents"}} as margin,
    rank() over (partition by category order by revenue_cents desc) as rank_in_category,
    cast(revenue_cents * 1.0 / sum(revenue_cents) over () as double precision) as revenue_share
from products
