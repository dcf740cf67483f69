select
    '}}' as closing,
    '{ not a tag }' as one,
    replace(status, '{%', '}}') as swapped,
    {{literal "it's }} here"}} as quoted,
    "weird }} name"
from {{ref "orders"}}
