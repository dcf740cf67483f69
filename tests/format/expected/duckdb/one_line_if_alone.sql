select
    id,
    amount
from {{ref "orders"}}
{{#if true}}where amount > 0{{/if}}
{{#if false}}limit 10{{/if}}
