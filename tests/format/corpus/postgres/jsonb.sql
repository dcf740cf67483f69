select payload->'a'->>'b' as b, payload #>> '{x,y}' as xy, payload @> '{"k": 1}'::jsonb as has_k, payload ? 'k' as k, payload ?| array['a','b'] as any_of, payload || '{}'::jsonb as merged, payload @? '$.a[*]' as path
from {{ref "wide"}}
