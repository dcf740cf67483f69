select
    regexp_replace(lower(coalesce(c.name, '')), '[^a-z]+', '-', 'g') as slug,
    greatest(least(o.amount, 100), 0) as bounded,
    format(
        '%s: %s',
        c.name,
        to_char(o.ordered_at at time zone 'Europe/Vienna', 'DD.MM.YYYY HH24:MI')
    ) as label
from {{ref "orders"}} o
inner join {{ref "customers"}} c on c.id = o.customer_id
