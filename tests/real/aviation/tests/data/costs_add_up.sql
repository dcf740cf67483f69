select *
from {{ref "stg_bird_strikes"}}
where repair_cost + other_cost <> total_cost
