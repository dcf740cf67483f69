select
    E'it\'s -- no comment' as a,
    e'\\' as b,
    U&'d\0061ta' as c,
    B'101' as d,
    X'1F' as e,
    N'abc' as f
from {{ref "orders"}}
