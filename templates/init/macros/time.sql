{{!-- Whole minutes from one moment to a later one. --}}
{{#macro "minutes_between" "start" "end"}}cast(extract(epoch from ({{end}} - {{start}})) / 60 as integer){{/macro}}
