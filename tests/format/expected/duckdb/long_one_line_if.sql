select id
from {{ref "orders"}}
{{#if true}}
    where amount > 0
        and status <> 'cancelled'
        and ordered_at >= date '2020-01-01'
        and customer_id is not null
{{/if}}
