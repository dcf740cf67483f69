select payload->>'$.kind' as kind, payload->'$.items' as items, payload ->> 'x' = 'y' and not (amount<>-1) as odd from {{ref "wide"}}
