select
    percentile_cont(0.5) within group (order by amount) as median,
    string_agg(distinct status, ', ' order by status) as statuses,
    count(*) filter (where amount > 0) as paid,
    array_agg(id order by id desc) as ids,
    sum(amount) over (order by id groups between 1 preceding and 1 following exclude ties) as s
from {{ref "orders"}}
group by grouping sets ((status), (customer_id, status), ())
