/*
 * Orders of the shop.
 *   indented
 */
select id
from {{ref "orders"}}
