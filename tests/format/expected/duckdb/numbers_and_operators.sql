select
    1e-5 as a,
    .5 as b,
    1_000 as c,
    -1 as e,
    - amount as f,
    5 - -3 as g,
    2 ** 3 as h,
    7 // 2 as i,
    7 % 2 as j,
    a.b != c.d as k,
    'a' || 'b' as l,
    ~1 & 3 as m,
    x::int[] as n
from {{ref "wide"}} a, {{ref "wide"}} c
