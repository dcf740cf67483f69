select min(flight_date) as first_day, max(flight_date) as last_day, count(*) as days
from {{ref "fct_flights_by_day"}}
having count(*) <> max(flight_date) - min(flight_date) + 1
