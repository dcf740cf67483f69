select
  customer_id,
  {{#each (array "new" "paid" "sent") as |status|}}
  sum(case when status = '{{status}}' then amount else 0 end) as {{status}}_amount,
  {{/each}}
  count(*) as orders
from {{ref "orders"}} group by 1
