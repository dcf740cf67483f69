{{#if (eq target.type "duckdb")}}
select id from {{ref "orders"}} using sample 10%
{{else}}
select id from {{ref "orders"}} tablesample system (10)
{{/if}}
