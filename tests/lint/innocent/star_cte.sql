with o as (select * from {{ref "stg_orders"}}) select o.order_id, o.amount from o
