select id{{#if true}}, amount{{/if}} from {{ref "orders"}} {{#if true}}where amount > 0{{/if}}
