select
    id,

    -- money

    amount,
    tax

from {{ref "orders"}}

where amount > 0

    and tax > 0
