select
    id,
    sum(amount) over (
        partition by customer_id
        order by ordered_at rows between unbounded preceding and current row
    ) as running,
    avg(amount) over w as mean,
    lag(amount, 1, 0) over (
        order by ordered_at range between interval 3 days preceding and interval 3 days following
    ) as before
from {{ref "orders"}}
window w as (partition by status)
