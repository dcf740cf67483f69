with o as (select order_id, amount from {{ref "stg_orders"}}) select * from o
