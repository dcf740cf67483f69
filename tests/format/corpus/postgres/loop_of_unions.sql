{{#each (range 1 4) as |month|}}
{{#unless @first}}
union all
{{/unless}}
select {{month}} as month, count(*) as n from {{ref "orders"}} where extract(month from ordered_at) = {{month}}
{{/each}}
