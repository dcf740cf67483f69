with species as (

    select operator, species, count(*) as strikes
    from {{ref "stg_bird_strikes"}}
    where species is not null
    group by operator, species

)

select
    strikes.operator,
    count(*) as strikes,
    count(case when strikes.damage <> 'none' then 1 end) as damaging_strikes,
    {{share "strikes.damage <> 'none'"}} as damaging_share,
    cast(sum(strikes.total_cost) as bigint) as total_cost,
    max(strikes.total_cost) as highest_cost,
    min(strikes.strike_date) as first_strike_on,
    max(strikes.strike_date) as last_strike_on,
    min(common.species) as most_common_species
from {{ref "stg_bird_strikes"}} as strikes
left join ({{deduplicate "species" partition_by="operator" order_by="strikes desc, species"}}) as common
    on common.operator = strikes.operator
group by strikes.operator
