select extract(year from ordered_at) as y, substring(cast(order_id as varchar) from 2) as s, trim(both 'x' from cast(customer_id as varchar)) as t from {{ref "stg_orders"}}
