select
    iata as airport,
    {{known_text "name"}} as airport_name,
    {{known_text "city"}} as city,
    {{known_text "state"}} as state,
    country,
    latitude,
    longitude
from {{source "faa" "airports"}}
