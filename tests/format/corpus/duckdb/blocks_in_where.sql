select id from {{ref "orders"}}
where true
{{#if true}}
and status = 'paid'
{{/if}}
{{#each (array 1 2) as |n|}}
and id <> {{n}}
{{/each}}
{{#unless false}} and amount > 0
{{/unless}}
limit 10 offset 5
