select
  {{var "prefix" default="x"}}_total as {{var "prefix" default="x"}}_sum,
  amount_{{var "prefix" default="x"}},
  "{{var "prefix" default="x"}} id",
  orders.{{var "column" default="status"}}
from {{ref "wide"}} as orders
