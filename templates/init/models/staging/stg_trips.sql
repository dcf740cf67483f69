select
    trip_id,
    bike_id,
    nullif(trim(member_email), '') as member_email,
    start_station,
    end_station,
    started_at,
    ended_at,
    {{minutes_between "started_at" "ended_at"}} as trip_minutes
from {{ref "trips"}}
