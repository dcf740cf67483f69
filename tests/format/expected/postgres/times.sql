select
    ordered_at at time zone 'utc' as utc,
    timestamp with time zone '2024-01-01 00:00+00' as t,
    interval '1 day' * 3 as i,
    extract(epoch from (now() - ordered_at)) as age,
    (date '2024-01-01', date '2024-02-01') overlaps (date '2024-01-15', date '2024-03-01') as o
from {{ref "orders"}}
where ordered_at is not distinct from null
