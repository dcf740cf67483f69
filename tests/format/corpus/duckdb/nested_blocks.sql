select
  id
  {{#if (var "with_amounts" default=true)}}
  {{#each (array "amount" "tax") as |column|}}
  {{#if (eq column "tax")}}
  , coalesce(tax, 0) as tax
  {{else}}
  , {{column}}
  {{/if}}
  {{/each}}
  {{/if}}
from {{ref "orders"}}
