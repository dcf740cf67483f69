{{config materialized="incremental" incremental_strategy="delete_insert" unique_key="trip_id"}}
select
    trip_id,
    bike_id,
    start_station,
    end_station,
    start_station = end_station as is_round_trip,
    started_at,
    cast(started_at as date) as started_on,
    trip_minutes
from {{ref "stg_trips"}}
where trip_minutes <= {{var "longest_trip_minutes"}}
    {{#if is_incremental}}
        -- only what is new since the last run; `>=` and the key take care of equal times
        and started_at >= (select max(started_at) from {{this}})
    {{/if}}
