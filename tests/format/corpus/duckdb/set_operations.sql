(select id from {{ref "orders"}} order by id limit 5) union all by name select id from {{ref "returns"}} except select id from {{ref "wide"}} intersect select 1
