with recursive tree as (select id, parent_id, 1 as depth from {{ref "wide"}} where parent_id is null union all select w.id, w.parent_id, t.depth+1 from {{ref "wide"}} w join tree t on t.id=w.parent_id where t.depth < {{var "max_depth" default=10}})
select * from tree
