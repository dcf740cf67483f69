select
    substring(status from 1 for 3) as s,
    trim(both ' ' from status) as t,
    position('a' in status) as p,
    overlay(status placing 'x' from 1) as o,
    status similar to '%a%' as m,
    status not ilike 'x!%' escape '!' as i
from {{ref "orders"}}
