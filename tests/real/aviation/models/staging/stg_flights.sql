{{!-- Twice, two flights share minute, origin and destination: the shorter delay comes first. --}}
with flights as (

    select
        {{minute "date"}} as scheduled_at,
        cast(delay as integer) as delay_minutes,
        cast(distance as integer) as distance_miles,
        origin,
        destination
    from {{source "bts" "flights"}}

),

numbered as (

    select
        *,
        row_number() over (partition by scheduled_at, origin, destination order by delay_minutes) as flight_of_minute
    from flights

)

select
    {{surrogate_key (array "scheduled_at" "origin" "destination" "flight_of_minute")}} as flight_key,
    scheduled_at,
    cast(scheduled_at as date) as flight_date,
    origin,
    destination,
    distance_miles,
    delay_minutes,
    delay_minutes >= {{var "delayed_from_minutes"}} as is_delayed
from numbered
