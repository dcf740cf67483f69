{{config materialized="incremental" incremental_strategy="append" tags=(array "daily")}}
select
    session_id,
    visitor_id,
    customer_id,
    order_id,
    started_at,
    started_on,
    pages,
    channel,
    device,
    order_id is not null as is_converted,
    row_number() over (partition by visitor_id, started_on order by started_at, session_id) as session_of_day
from {{ref "stg_web_sessions"}}
where not is_bot
{{#if is_incremental}}
  and started_on > (select max(started_on) from {{this}})
{{/if}}
