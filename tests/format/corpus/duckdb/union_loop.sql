{{#each (array "orders" "returns") as |name|}}
select '{{name}}' as origin, id, amount from {{ref name}}
{{#unless @last}}union all{{/unless}}
{{/each}}
