select coalesce(nullif(trim(lower(status)), ''), nullif(trim(lower(customer_status)), ''), 'a status that nobody has given') as status_name from {{ref "wide"}}
