with strikes as (

    select
        cast("Flight Date" as date) as strike_date,
        {{known_text '"Airport Name"'}} as airport_name,
        "Origin State" as origin_state,
        -- one airline's name ends with a star
        trim(rtrim("Aircraft Airline Operator", '*')) as operator,
        "Aircraft Make Model" as aircraft,
        case "Effect Amount of damage"
            when 'None' then 'none'
            when 'Minor' then 'minor'
            when 'Medium' then 'medium'
            when 'Substantial' then 'substantial'
            else 'not known'
        end as damage,
        lower("Phase of flight") as flight_phase,
        lower("Wildlife Size") as wildlife_size,
        case when "Wildlife Species" not ilike 'unknown%' then "Wildlife Species" end as species,
        lower("Time of day") as time_of_day,
        cast("Cost Repair" as bigint) as repair_cost,
        cast("Cost Other" as bigint) as other_cost,
        cast("Cost Total $" as bigint) as total_cost,
        cast("Speed IAS in knots" as integer) as speed_knots
    from {{source "faa" "bird_strikes"}}

)

select
    *,
    row_number() over (
        partition by
            strike_date, airport_name, origin_state, operator, aircraft, damage, flight_phase,
            wildlife_size, species, time_of_day, repair_cost, other_cost, speed_knots
        order by strike_date
    ) as copy_number
from strikes
