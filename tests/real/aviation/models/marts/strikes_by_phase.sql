select
    flight_phase,
    {{#each (array "small" "medium" "large") as |size|}}
    count(case when wildlife_size = {{literal size}} then 1 end) as {{size}}_animals,
    {{/each}}
    count(*) as strikes,
    cast(sum(total_cost) as bigint) as total_cost,
    cast(avg(speed_knots) as {{type_float}}) as mean_speed_knots
from {{ref "stg_bird_strikes"}}
group by flight_phase
