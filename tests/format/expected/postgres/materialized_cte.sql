with a as materialized (
    select id
    from {{ref "orders"}}
),
b as not materialized (
    select id
    from a
)
select *
from b
