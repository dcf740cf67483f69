{{!-- Departures only; an airport has no row for a month in which nothing left it. --}}
with departures as (

    select
        origin as airport,
        cast(date_trunc('month', flight_date) as date) as month,
        count(*) as departures,
        {{share "is_delayed"}} as delayed_share,
        avg(delay_minutes) as mean_delay_minutes,
        {{middle "delay_minutes"}} as median_delay_minutes,
        max(delay_minutes) as longest_delay_minutes
    from {{ref "fct_flights"}}
    group by 1, 2

)

select
    {{surrogate_key (array "departures.airport" "departures.month")}} as airport_month_key,
    departures.airport,
    airports.airport_name,
    airports.state,
    departures.month,
    departures.departures,
    departures.delayed_share,
    departures.mean_delay_minutes,
    departures.median_delay_minutes,
    departures.longest_delay_minutes,
    lag(departures.delayed_share) over (partition by departures.airport order by departures.month) as delayed_share_before,
    rank() over (partition by departures.month order by departures.departures desc) as size_rank
from departures
join {{ref "stg_airports"}} as airports on airports.airport = departures.airport
