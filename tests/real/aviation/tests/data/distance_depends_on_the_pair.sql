-- there and back are the same number of miles, on every flight
select least(origin, destination) as one_end, greatest(origin, destination) as other_end
from {{ref "stg_flights"}}
group by 1, 2
having count(distinct distance_miles) > 1
