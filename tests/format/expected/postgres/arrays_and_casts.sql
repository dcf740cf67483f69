select
    array[1, 2, 3]::int[] as a,
    (array[1, 2])[1] as first_one,
    array(select id from {{ref "orders"}}) as ids,
    '1'::numeric(10, 2) as n,
    cast(amount as double precision) as d,
    ARRAY[[1, 2], [3, 4]] as m
from {{ref "orders"}}
