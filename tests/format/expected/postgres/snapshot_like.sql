select
    *,
    row_number() over (partition by id order by updated_at desc) = 1 as is_current,
    coalesce(
        lead(updated_at) over (partition by id order by updated_at),
        'infinity'::timestamptz
    ) as valid_to
from {{ref "wide"}}
