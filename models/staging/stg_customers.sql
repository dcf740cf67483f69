select
    customer_id,
    name as customer_name,
    {{clean_email "email"}} as email,
    city,
    postcode,
    substring(postcode from 1 for 1) as postcode_prefix,
    marketing_opt_in,
    created_at,
    cast(created_at as date) as created_on
from {{ref "customers"}}
