/** Writes a project of long templates as people leave them: words in any case, long lines, tags, blocks and comments everywhere. */
import { projectFile, writeFile } from './generate.mjs';

/** About two kilobytes. */
function template(index) {
  const before =
    index === 0 ? '(SELECT 1 AS order_id, 2 AS customer_id, 3 AS amount)' : `{{ref "tpl_${String(index - 1).padStart(5, '0')}"}}`;
  return `{{config materialized="view" tags=(array "area_${index % 20}")}}
-- Orders of area ${index % 20}, with what was paid for them.
WITH orders AS (SELECT o.order_id, o.customer_id, o.amount, CASE WHEN o.amount > ${index} THEN 'large' WHEN o.amount IS NULL THEN 'none' ELSE 'small' END AS size, coalesce(o.amount, 0) * 100 / nullif(${index + 1}, 0) as cents FROM ${before} o),
payments as (
  SELECT order_id, sum(amount) AS paid, count(*) FILTER (WHERE amount > 0) AS payments, max(CASE WHEN amount > 10 THEN 'yes' ELSE 'no }}' END) AS is_large /* not what was refunded */
  FROM orders WHERE amount BETWEEN 0 AND ${1000 + index} AND size IN ('large', 'small', 'none') GROUP BY order_id HAVING count(*) >= 1
),
{{#each (array "placed" "shipped" "returned") as |status|}}
{{status}}_orders AS (SELECT order_id, customer_id, '{{status}}' AS status, row_number() OVER (PARTITION BY customer_id ORDER BY order_id DESC) AS nth FROM orders WHERE size <> '{{status}}'),
{{/each}}
ranked AS (SELECT p.order_id, p.paid, p.payments, p.is_large, rank() over (order by p.paid desc) AS place, lag(p.paid, 1, 0) over (order by p.order_id) as before FROM payments p)
select r.order_id as order_id, o.customer_id, r.paid AS amount, r.payments, r.place, r.before, -- as it was paid
{{#if (eq ${index % 2} 1)}}
o.size,
{{else}}
upper(o.size) AS size,
{{/if}}
s.nth, CAST(r.paid AS DECIMAL(18, 2)) AS exact, round(r.paid / NULLIF(r.payments, 0), 2) AS mean, 'it''s' AS remark
FROM ranked r JOIN orders o ON o.order_id = r.order_id AND (o.amount > 0 OR o.amount IS NULL) LEFT JOIN shipped_orders s ON s.order_id = o.order_id AND s.nth = 1
where r.place <= 1000000 and not exists (select 1 from returned_orders x where x.order_id = r.order_id and x.nth > 1000 + ${index}) AND r.paid + 1 > 0
`;
}

/** In chains of ten, each reads the one before it. */
export function writeTemplates(root, count) {
  writeFile(root, 'project.yaml', projectFile('format_bench'));
  for (let index = 0; index < count; index += 1) {
    const text = template(index % 10 === 0 ? 0 : index);
    writeFile(root, `models/area_${String(Math.floor(index / 100)).padStart(3, '0')}/tpl_${String(index).padStart(5, '0')}.sql`, text);
  }
}
