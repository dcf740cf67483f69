from {{ref "orders"}}
select
    id,
    amount
where amount > 0
