{{config materialized="incremental" incremental_strategy="merge" unique_key="flight_date"}}
select
    flight_date,
    count(*) as flights,
    count(case when is_delayed then 1 end) as delayed_flights,
    cast(sum(delay_minutes) as bigint) as delay_minutes,
    cast(sum(distance_miles) as bigint) as distance_miles,
    count(distinct origin) as origins
from {{ref "fct_flights"}}
{{#if is_incremental}}
where flight_date >= (select max(flight_date) from {{this}})
{{/if}}
group by flight_date
