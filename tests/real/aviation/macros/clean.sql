{{!-- Text with single spaces; the words that stand for "not known" become NULL. --}}
{{#macro "known_text" "column" unknown="NA"}}nullif(nullif(trim(regexp_replace({{column}}, '\s+', ' ', 'g')), ''), {{literal unknown}}){{/macro}}

{{!-- What engines spell differently: the minute of a departure, and the middle of some numbers. --}}
{{#macro "minute" "column"}}strptime({{column}}, '%Y/%m/%d %H:%M'){{/macro}}
{{#macro "minute" "column" engine="postgres"}}cast(to_timestamp({{column}}, 'YYYY/MM/DD HH24:MI') as timestamp){{/macro}}
{{#macro "middle" "column"}}median({{column}}){{/macro}}
{{#macro "middle" "column" engine="postgres"}}percentile_cont(0.5) within group (order by {{column}}){{/macro}}

{{#macro "share" "condition"}}cast(count(case when {{condition}} then 1 end) as {{type_float}}) / count(*){{/macro}}
