select
    trips.started_on,
    count(*) as trips,
    {{#each (array "city" "cargo") as |model|}}
        count(case when bikes.bike_model = {{literal model}} then 1 end) as {{model}}_trips,
    {{/each}}
    cast(avg(trips.trip_minutes) as double precision) as mean_minutes,
    cast(sum(count(*)) over (order by trips.started_on) as bigint) as trips_so_far
from {{ref "fct_trips"}} as trips
join {{ref "stg_bikes"}} as bikes on bikes.bike_id = trips.bike_id
group by trips.started_on
