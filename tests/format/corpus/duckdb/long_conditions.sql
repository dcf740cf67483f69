select o.id from {{ref "orders"}} o join {{ref "customers"}} c on c.id = o.customer_id and c.valid_from <= o.ordered_at and (c.valid_to > o.ordered_at or c.valid_to is null)
where (o.status = 'paid' or o.status = 'sent') and o.amount between 1 and 100 and not exists (select 1 from {{ref "returns"}} r where r.order_id = o.id)
