{{config materialized="incremental" incremental_strategy="delete_insert" unique_key="flight_key"}}
select
    flight_key,
    scheduled_at,
    flight_date,
    origin,
    destination,
    distance_miles,
    delay_minutes,
    is_delayed
from {{ref "stg_flights"}}
where flight_date < cast({{literal (var "load_until")}} as date)
{{#if is_incremental}}
  -- the latest day once more, in case it was loaded before it was over
  and flight_date >= (select max(flight_date) from {{this}})
{{/if}}
