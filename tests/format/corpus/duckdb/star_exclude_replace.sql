select * exclude (tax, status) replace (round(amount,2) as amount), orders.* from {{ref "orders"}} as orders
