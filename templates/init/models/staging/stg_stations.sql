select
    station_code,
    name as station_name,
    district,
    docks
from {{ref "stations"}}
