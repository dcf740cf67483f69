{{config materialized="table" tags=(array "daily" "finance")}}

select * from {{ref "orders"}}
