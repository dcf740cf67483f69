-- the orders
/* of one day */
select -- first
    id, -- the key
    /* money */ amount,
    tax /* more money */,
    status /* in words */ -- and said twice
-- nothing else
from -- where from
    {{ref "orders"}} -- here
-- before the filter
where amount > 0 -- positive
    -- and not cancelled
    and status <> 'cancelled' /* the
  end */
-- last words
