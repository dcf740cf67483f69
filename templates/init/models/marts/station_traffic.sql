with departures as (
    select
        start_station as station_code,
        count(*) as trips
    from {{ref "fct_trips"}}
    group by start_station
),

arrivals as (
    select
        end_station as station_code,
        count(*) as trips
    from {{ref "fct_trips"}}
    group by end_station
)

select
    stations.station_code,
    stations.station_name,
    stations.district,
    coalesce(departures.trips, 0) as departures,
    coalesce(arrivals.trips, 0) as arrivals,
    coalesce(arrivals.trips, 0) - coalesce(departures.trips, 0) as bikes_gained
from {{ref "stg_stations"}} as stations
left join departures on departures.station_code = stations.station_code
left join arrivals on arrivals.station_code = stations.station_code
