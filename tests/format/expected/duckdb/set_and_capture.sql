{{set "cutoff" "2024-01-01"}}
{{#set "filter"}}
    status = 'paid'
    and amount > 0
{{/set}}
select id
from {{ref "orders"}}
where ordered_at >= date '{{cutoff}}'
    and {{filter}}
