select
    id,
    coalesce(
        {{#each (array "amount" "tax") as |column|}}
            {{column}},
        {{/each}}
        0
    ) as some_number
from {{ref "orders"}}
