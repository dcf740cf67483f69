select id,
{{#if (eq target.name "prod")}}
  amount
{{else if (eq target.name "ci")}}
  0 as amount
{{else}}
  round(amount, 0) as amount
{{/if}}
from {{ref "orders"}}
