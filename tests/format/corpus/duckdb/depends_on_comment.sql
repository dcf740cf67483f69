-- depends_on: {{ref "customers"}}
select id from {{ref "orders"}}
