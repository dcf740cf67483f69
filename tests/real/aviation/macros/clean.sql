{{!-- Text with single spaces; the words that stand for "not known" become NULL. --}}
{{#macro "known_text" "column" unknown="NA"}}nullif(nullif(trim(regexp_replace({{column}}, '\s+', ' ', 'g')), ''), {{literal unknown}}){{/macro}}

{{#macro "share" "condition"}}cast(count(case when {{condition}} then 1 end) as double) / count(*){{/macro}}
