with
{{#in_cte "big_orders"}}
    select id
    from {{ref "orders"}}
    where amount > 100
{{/in_cte}}
select *
from big_orders
