select id,
{{#join (array "amount" "tax") ", " as |column|}}round({{column}}, 2) as {{column}}{{/join}}
from {{ref "orders"}}
