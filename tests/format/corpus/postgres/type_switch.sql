select id,
{{#if (eq target.type "postgres")}}
to_char(ordered_at, 'YYYY-MM') as month
{{else}}
strftime(ordered_at, '%Y-%m') as month
{{/if}}
from {{ref "orders"}}
