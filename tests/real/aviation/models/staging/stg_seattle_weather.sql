select
    cast(date as date) as weather_date,
    weather,
    precipitation as precipitation_mm,
    temp_max as max_celsius,
    temp_min as min_celsius,
    wind as wind_meters_per_second
from {{source "noaa" "seattle_weather"}}
