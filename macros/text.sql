{{!-- An address as people mean it: no spaces around it, small letters, nothing instead of empty text. --}}
{{#macro "clean_email" "column"}}nullif(lower(trim({{column}})), ''){{/macro}}
