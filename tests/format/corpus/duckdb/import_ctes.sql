with orders as (select * from {{ref "orders"}}),

customers as (

    select * from {{ref "customers"}}

),
joined as (
    select orders.id, customers.name, orders.amount from orders left join customers on customers.id = orders.customer_id
)


select * from joined
