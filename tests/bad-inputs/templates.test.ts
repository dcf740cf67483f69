import { testRefusals } from './bad-input.ts';

testRefusals('models and templates', [
  {
    row: '10',
    title: 'an empty model file',
    files: {
      'models/a.sql': '',
    },
    report: [
      [
        'error empty-model  models/a.sql',
        '  a model needs a SELECT, and here is none',
        '  help  write one query; delete the file if there is nothing to say',
      ],
    ],
  },
  {
    row: '11',
    title: 'a model of comments only',
    files: {
      'models/a.sql': '-- nothing here\n/* or here */\n',
    },
    report: [
      [
        'error empty-model  models/a.sql',
        '  a model needs a SELECT, and here is none',
        '  help  write one query; delete the file if there is nothing to say',
      ],
    ],
  },
  {
    row: '12',
    title: 'two statements in a model',
    files: {
      'models/a.sql': 'select 1 as id;\nselect 2 as id\n',
    },
    report: [
      [
        'error several-statements  models/a.sql:2:1',
        '    1 │ select 1 as id;',
        '    2 │ select 2 as id',
        '      │ ^^^^^^ a model is one query, and here a second statement starts',
        '  help  put each query in a file of its own; other statements belong in `pre_hook` or `post_hook`',
      ],
    ],
  },
  {
    row: '13',
    title: 'statements that are no query',
    files: {
      'models/a.sql': 'delete from orders\n',
      'models/b.sql': 'create table x as select 1\n',
      'models/c.sql': 'pragma version\n',
    },
    report: [
      [
        'error not-a-select  models/a.sql:1:1',
        '    1 │ delete from orders',
        '      │ ^^^^^^ a model is a SELECT, not `delete`',
        '  help  write the query alone; `tx` makes the table or view. Other statements belong in `pre_hook`',
        '        or `post_hook`',
      ],
      [
        'error not-a-select  models/b.sql:1:1',
        '    1 │ create table x as select 1',
        '      │ ^^^^^^ a model is a SELECT, not `create`',
        '  help  write the query alone; `tx` makes the table or view. Other statements belong in `pre_hook`',
        '        or `post_hook`',
      ],
      [
        'error not-a-select  models/c.sql:1:1',
        '    1 │ pragma version',
        '      │ ^^^^^^ a model is a SELECT, not `pragma`',
        '  help  write the query alone; `tx` makes the table or view. Other statements belong in `pre_hook`',
        '        or `post_hook`',
      ],
    ],
  },
  {
    row: '14',
    title: 'a parenthesis that breaks out of what is wrapped around the model',
    files: {
      'models/a.sql': 'select 1 as a); drop table s; --\n',
    },
    report: [
      [
        'error several-statements  models/a.sql:1:17',
        '    1 │ select 1 as a); drop table s; --',
        '      │                 ^^^^ a model is one query, and here a second statement starts',
        '  help  put each query in a file of its own; other statements belong in `pre_hook` or `post_hook`',
      ],
    ],
  },
  {
    row: '16',
    title: 'a variable that is not set',
    files: {
      'project.yaml': 'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\nvars: { start_date: 2024-01-01 }\n',
      'models/a.sql': 'select \'{{var "strat_date"}}\' as d\n',
    },
    report: [
      [
        'error unknown-variable  models/a.sql:1:15',
        '  variable `strat_date` is not set in the project, its target or `--vars`, and has no default',
        '    1 │ select \'{{var "strat_date"}}\' as d',
        '      │               ^^^^^^^^^^^^',
        '  help  did you mean `start_date`?',
      ],
    ],
  },
  {
    row: '17',
    title: 'an unknown helper names the near ones',
    files: {
      'models/a.sql': 'select {{jion (array "a" "b") ", "}}\n',
    },
    report: [
      [
        'error unknown-helper  models/a.sql:1:10',
        '    1 │ select {{jion (array "a" "b") ", "}}',
        '      │          ^^^^ there is no helper or macro `jion`',
        '  help  did you mean `join`, `json`?',
      ],
    ],
  },
  {
    row: '18',
    title: 'an unclosed mustache, a wrong and a missing closing tag',
    files: {
      'models/a.sql': 'select 1\nfrom {{ref "good"\n',
      'models/b.sql': 'select 1\n{{#if true}}\n, 2\n{{/each}}\n',
      'models/c.sql': 'select 1\n{{#if true}}\n, 2\n',
    },
    report: [
      [
        'error template-unclosed  models/a.sql:2:6',
        '    1 │ select 1',
        '    2 │ from {{ref "good"',
        '      │      ^^^^^^^^^^^^ `{{`, opened on line 2, is not closed',
        '  help  end it with `}}`; braces that belong to the SQL are written `\\{{`',
      ],
      [
        'error template-wrong-close  models/b.sql:4:1',
        '    3 │ , 2',
        '    4 │ {{/each}}',
        '      │ ^^^^^^^^^ `{{/each}}` closes the block `if` of line 2',
        '  help  close `if` first: `{{/if}}`',
        '  note  `if` is opened here  models/b.sql:2:1',
        '    1 │ select 1',
        '    2 │ {{#if true}}',
        '      │ ^^^^^^^^^^^^',
      ],
      [
        'error template-unclosed  models/c.sql:2:1',
        '    1 │ select 1',
        '    2 │ {{#if true}}',
        '      │ ^^^^^^^^^^^^ `{{#if}}`, opened on line 2, is not closed',
        '  help  end it with `{{/if}}`',
      ],
    ],
  },
  {
    row: '19',
    title: 'Jinja, with the form to write instead',
    files: {
      'models/a.sql': "select * from {{ ref('good') }}\n",
      'models/b.sql': '{% set x = 1 %}\nselect 1 as a -- {% comment %}\n',
      'models/c.sql': "{{ config(materialized='table') }}\nselect '{% text %}' as x\n{# note #}\n",
    },
    report: [
      [
        'error jinja-syntax  models/a.sql:1:15',
        "    1 │ select * from {{ ref('good') }}",
        "      │               ^^^^^^^^^^^^^^^^^ `{{ ref('good') }}` is Jinja",
        '  help  write `{{ref "good"}}`',
      ],
      [
        'error jinja-syntax  models/b.sql:1:1',
        '    1 │ {% set x = 1 %}',
        '      │ ^^^^^^^^^^^^^^^ `{% set x = 1 %}` is Jinja',
        '  help  write `{{set "x" 1}}`',
      ],
      [
        'error jinja-syntax  models/c.sql:1:1',
        "    1 │ {{ config(materialized='table') }}",
        "      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `{{ config(materialized='table') }}` is Jinja",
        '  help  write `{{config materialized="table"}}`',
      ],
      [
        'error jinja-syntax  models/c.sql:3:1',
        "    2 │ select '{% text %}' as x",
        '    3 │ {# note #}',
        '      │ ^^^^^^^^^^ `{# note #}` is Jinja',
        '  help  write `{{!-- note --}}`',
      ],
    ],
  },
  {
    row: '20',
    title: 'a template that is too deep, and a list that is too long',
    files: {
      'models/a.sql': 'select 1 {{#each (range 100000000) as |x|}}, 1{{/each}}\n',
      'models/b.sql': `select ${'{{#if true}}\n'.repeat(120)}1${'{{/if}}\n'.repeat(120)}`,
    },
    report: [
      [
        'error helper-arguments  models/a.sql:1:18',
        '  `range` would give 100000000 numbers, and 100000 are the most',
        '    1 │ select 1 {{#each (range 100000000) as |x|}}, 1{{/each}}',
        '      │                  ^^^^^^^^^^^^^^^^^',
        '  help  write `(range 3)`, `(range 1 4)` or `(range 0 10 2)`',
      ],
      [
        'error template-limit  models/b.sql:101:1',
        '  100 │ {{#if true}}',
        '  101 │ {{#if true}}',
        '      │ ^^^^^^^^^^^^ blocks or calls nest deeper than the limit of 100 levels',
        '  help  split the template; large data belongs in a seed or a source',
      ],
    ],
  },
  {
    row: '21',
    title: 'macros that call each other in a circle',
    files: {
      'macros/m.sql': '{{#macro "a"}}{{b}}{{/macro}}\n{{#macro "b"}}{{a}}{{/macro}}\n',
      'models/a.sql': 'select {{a}} as x\n',
    },
    report: [
      [
        'error macro-recursion  macros/m.sql:2:15',
        '    1 │ {{#macro "a"}}{{b}}{{/macro}}',
        '    2 │ {{#macro "b"}}{{a}}{{/macro}}',
        '      │               ^^^^^ macros call each other in a circle: `a -> b -> a`',
        '  help  a macro cannot call itself; write a loop with `{{#each}}`',
        '  note  `b` is called here  macros/m.sql:1:15',
        '    1 │ {{#macro "a"}}{{b}}{{/macro}}',
        '      │               ^^^^^',
        '  note  `a` is called here  models/a.sql:1:8',
        '    1 │ select {{a}} as x',
        '      │        ^^^^^',
      ],
    ],
  },
  {
    row: '22',
    title: 'SQL that is not UTF-8',
    files: {
      'models/a.sql': Buffer.from("select 'caf\u00e9'\n", 'latin1'),
      'models/b.sql': Buffer.from('\ufeffselect 1\n', 'utf16le'),
    },
    alone: true,
    report: [
      [
        'error not-utf8  models/a.sql',
        '  `models/a.sql` is not UTF-8: on line 1, byte 11 of the file does not belong there',
        '  help  save the file as UTF-8',
      ],
      [
        'error not-utf8  models/b.sql',
        '  `models/b.sql` is not UTF-8: it starts like UTF-16 (little endian)',
        '  help  save the file as UTF-8',
      ],
    ],
  },
  {
    row: '8c',
    title: 'a NUL character in a file',
    files: {
      'models/a.sql': 'select 1 as id\u0000\n',
    },
    alone: true,
    report: [
      [
        'error control-character  models/a.sql',
        '  `models/a.sql` contains the control character U+0000, on line 1 at column 15',
        '  help  delete it; it may be invisible in your editor',
      ],
    ],
  },
  {
    row: '53',
    title: 'an environment variable outside of targets',
    files: {
      'models/a.sql': 'select \'{{env "HOME"}}\' as home\n',
    },
    report: [
      [
        'error secret-in-template  models/a.sql:1:11',
        '    1 │ select \'{{env "HOME"}}\' as home',
        '      │           ^^^ templates cannot read environment variables',
        '  help  use `{{var "name"}}`; `${NAME}` works in the targets of project.yaml only, so that no secret',
        '        reaches compiled SQL',
      ],
    ],
  },
  {
    row: '30',
    title: 'an interval that the run does not have',
    files: {
      'models/a.sql': 'select {{interval.start}} as since\n',
    },
    args: ['build', '-s', 'a', '--event-time-start', '2024-01-02', '--event-time-end', '2024-01-01'],
    alone: true,
    report: [
      [
        'error interval-empty',
        '  the interval from 2024-01-02T00:00:00.000Z to 2024-01-01T00:00:00.000Z is empty',
        '  help  the end is not part of the interval, so it must be later than the start',
      ],
    ],
  },
]);
