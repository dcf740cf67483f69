select {'a': 1, 'b': 'x'} as s, [1,2,3][1:2] as part, map {'k': 1} as m, s.a as inner_a, 'abc'[1] as letter, struct_pack(a := 1) as p from {{ref "orders"}}
