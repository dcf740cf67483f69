select
    id,
    {{#join (array "amount" "tax") ", " as |column|}}
        coalesce({{column}}, 0) as {{column}}
    {{/join}}
from {{ref "orders"}}
