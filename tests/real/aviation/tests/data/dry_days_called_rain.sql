{{config severity="warn"}}
-- the word and the gauge come from different instruments
select weather_date
from {{ref "stg_seattle_weather"}}
where weather = 'rain'
  and precipitation_mm = 0
