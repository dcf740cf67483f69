-- {{#if true}} a {{/if}} b
select id /* {{ref "customers"}} */ from {{ref "orders"}}
