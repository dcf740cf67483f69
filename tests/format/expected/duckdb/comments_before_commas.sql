select
    id, -- the key
    amount, -- the money
    -- about the status
    status,
    tax -- last
from {{ref "orders"}}
