select
    cast(date_trunc('month', weather_date) as date) as month,
    count(*) as days,
    count(case when precipitation_mm > 0 then 1 end) as wet_days,
    cast(sum(cast(precipitation_mm as decimal(9, 1))) as decimal(12, 1)) as precipitation_mm,
    max(max_celsius) as highest_celsius,
    min(min_celsius) as lowest_celsius
from {{ref "stg_seattle_weather"}}
group by 1
