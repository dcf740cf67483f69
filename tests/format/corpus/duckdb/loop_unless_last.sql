select
{{#each (array "id" "amount" "status") as |column|}}
{{column}}{{#unless @last}},{{/unless}}
{{/each}}
from {{ref "orders"}}
