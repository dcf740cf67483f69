select id, amount
from {{ref "orders"}}
{{#if is_incremental}}
  where ordered_at >= {{interval.start}} and ordered_at < {{interval.end}}
{{else}}
  where ordered_at >= date '2020-01-01'
{{/if}}
order by id
