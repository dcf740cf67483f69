select "order", t.end, t.group, value as name, date, first, last, replace(name, 'a', 'b') as replace, left(name, 1) as l, year as offset_ from {{ref "wide"}} t
