select
    s.day,
    coalesce(o.n, 0) n
from ({{date_spine "day" "date '2024-01-01'" "date '2024-02-01'"}}) s(day)
left join (
    select
        cast(ordered_at as date) as day,
        count(*) n
    from {{ref "orders"}}
    group by 1
) o using (day)
