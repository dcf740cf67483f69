select
    store_id,
    name as store_name,
    channel,
    city,
    postcode,
    opened_on
from {{ref "stores"}}
