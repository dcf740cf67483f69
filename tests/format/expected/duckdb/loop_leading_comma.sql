select
    customer_id
    {{#each (array "new" "paid") as |status|}}
        , count(*) filter (where status = '{{status}}') as {{status}}_orders
    {{/each}}
    , max(ordered_at) as last_ordered_at
from {{ref "orders"}}
group by customer_id
