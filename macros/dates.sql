{{!-- The first day of the month, as a date on every engine. --}}
{{#macro "month_of" "column"}}cast(date_trunc('month', {{column}}) as date){{/macro}}

{{!-- Whole months from one month's first day to another's. --}}
{{#macro "months_between" "earlier" "later"}}((extract(year from {{later}}) - extract(year from {{earlier}})) * 12 + extract(month from {{later}}) - extract(month from {{earlier}})){{/macro}}
