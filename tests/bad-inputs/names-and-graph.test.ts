import { testRefusals } from './bad-input.ts';

testRefusals('names and references', [
  {
    row: '1',
    title: 'a ref to an unknown model names the near ones',
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'models/report.sql': 'select *\nfrom {{ref "ordrs"}}\n',
    },
    report: [
      [
        'error ref-not-found  models/report.sql:2:6',
        '    1 │ select *',
        '    2 │ from {{ref "ordrs"}}',
        '      │      ^^^^^^^^^^^^^^^ there is no model or seed `ordrs`',
        '  help  did you mean `orders`?',
      ],
    ],
  },
  {
    row: '1a',
    title: 'a ref like nothing at all',
    files: {
      'models/a.sql': 'select * from {{ref "completely_else"}}\n',
    },
    report: [
      [
        'error ref-not-found  models/a.sql:1:15',
        '    1 │ select * from {{ref "completely_else"}}',
        '      │               ^^^^^^^^^^^^^^^^^^^^^^^^^ there is no model or seed `completely_else`',
      ],
    ],
  },
  {
    row: '2',
    title: 'a dependency cycle is shown with all its files',
    files: {
      'models/a.sql': 'select * from {{ref "b"}}\n',
      'models/b.sql': 'select * from {{ref "c"}}\n',
      'models/c.sql': 'select *\nfrom {{ref "a"}}\n',
    },
    report: [
      [
        'error dependency-cycle  models/c.sql:2:6',
        '    1 │ select *',
        '    2 │ from {{ref "a"}}',
        '      │      ^^^^^^^^^^^ models need each other in a circle: `a -> b -> c -> a`',
        '  help  take one of these refs away, or move what both sides need into a model of its own',
        '  note  `a` (models/a.sql) needs `b`  models/a.sql:1:15',
        '    1 │ select * from {{ref "b"}}',
        '      │               ^^^^^^^^^^^',
        '  note  `b` (models/b.sql) needs `c`  models/b.sql:1:15',
        '    1 │ select * from {{ref "c"}}',
        '      │               ^^^^^^^^^^^',
      ],
    ],
  },
  {
    row: '3',
    title: 'a model that reads itself',
    files: {
      'models/a.sql': 'select * from {{ref "a"}}\n',
    },
    report: [
      [
        'error self-reference  models/a.sql:1:15',
        '    1 │ select * from {{ref "a"}}',
        '      │               ^^^^^^^^^^^ model `a` refers to itself',
        '  help  in an incremental model write `{{this}}` for the rows that earlier runs left; any other',
        '        model cannot read itself',
      ],
    ],
  },
  {
    row: '4',
    title: 'two models of one name',
    files: {
      'models/x/orders.sql': 'select 1 as id\n',
      'models/y/orders.sql': 'select 2 as id\n',
    },
    report: [
      [
        'error duplicate-name  models/y/orders.sql',
        '  `orders` is the name of `models/x/orders.sql` and of `models/y/orders.sql`',
        '  help  rename one of the files: `ref` finds models and seeds by their name alone; the table keeps',
        '        its name with `alias`',
        '  note  the other one is `models/x/orders.sql`  models/x/orders.sql',
      ],
    ],
  },
  {
    row: '4a',
    title: 'a model and a seed of one name',
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'seeds/orders.csv': 'id\n1\n',
    },
    report: [
      [
        'error duplicate-name  seeds/orders.csv',
        '  `orders` is the name of `models/orders.sql` and of `seeds/orders.csv`',
        '  help  rename one of the files: `ref` finds models and seeds by their name alone; the table keeps',
        '        its name with `alias`',
        '  note  the other one is `models/orders.sql`  models/orders.sql',
      ],
    ],
  },
  {
    row: '5',
    title: 'names that differ in case only',
    files: {
      'models/x/Orders.sql': 'select 1 as id\n',
      'models/y/orders.sql': 'select 2 as id\n',
    },
    report: [
      [
        'error names-too-alike  models/y/orders.sql',
        '  the names `orders` and `Orders` differ only in case or in how an accent is written',
        '  help  rename one of the files: databases and file systems take them for the same',
        '  note  the other one is `models/x/Orders.sql`  models/x/Orders.sql',
      ],
    ],
  },
  {
    row: '5a',
    title: 'names that differ in how an accent is written',
    files: {
      'models/x/café.sql': 'select 1 as id\n',
      'models/y/café.sql': 'select 2 as id\n',
    },
    report: [
      [
        'error names-too-alike  models/y/café.sql',
        '  the names `café` and `café` differ only in case or in how an accent is written',
        '  help  rename one of the files: databases and file systems take them for the same',
        '  note  the other one is `models/x/café.sql`  models/x/café.sql',
      ],
    ],
  },
  {
    row: '7',
    title: 'two models that would be built as one relation',
    files: {
      'models/a.sql': '{{config alias="totals"}}select 1 as id\n',
      'models/totals.sql': 'select 2 as id\n',
    },
    report: [
      [
        'error relation-collision  models/totals.sql',
        '  `models/a.sql` and `models/totals.sql` are both built as "main"."totals"',
        '  help  give one of them another `alias` or `schema`',
        '  note  the other one is `models/a.sql`  models/a.sql',
      ],
    ],
  },
  {
    row: '7a',
    title: 'two tests of one generated name',
    files: {
      'models/good.sql': 'select 1 as id\n',
      'models/good.yaml':
        'models:\n  - name: good\n    columns:\n      - name: id\n        tests:\n          - not_null\n          - not_null\n',
    },
    report: [
      [
        'error duplicate-test  models/good.yaml:7:13',
        '    6 │           - not_null',
        '    7 │           - not_null',
        '      │             ^^^^^^^^ test `not_null_good_id` is declared twice',
        '  help  take one away; if they differ in config only, give one of them a `name:`',
        '  note  the first one is here  models/good.yaml:6:13',
        '    5 │         tests:',
        '    6 │           - not_null',
        '      │             ^^^^^^^^',
      ],
    ],
  },
  {
    row: '8',
    title: 'a control character in a name',
    files: {
      'models/a\u0001b.sql': 'select 1 as id\n',
    },
    report: [
      [
        'error bad-identifier  models/ab.sql',
        '  `a\\u{1}b` cannot be a name in the database: it contains the control character U+0001',
        '  help  choose another name, or set `alias` or `schema`',
      ],
    ],
  },
  {
    row: '8a',
    title: 'an empty name',
    files: {
      'models/a.sql': '{{config alias=""}}\nselect 1 as id\n',
    },
    report: [
      [
        'error bad-identifier  models/a.sql:1:16',
        '    1 │ {{config alias=""}}',
        '      │                ^^ `` cannot be a name in the database: it is empty',
        '  help  choose another name, or set `alias` or `schema`',
      ],
    ],
  },
  {
    row: '8b',
    title: 'a control character in the name of a seed column',
    files: {
      'seeds/s.csv': 'a\u0001b\n1\n',
    },
    report: [
      [
        'error bad-identifier  seeds/s.csv',
        '  `a\\u{1}b` cannot be a name in the database: it contains the control character U+0001',
        '  help  choose another name, or set `alias` or `schema`',
      ],
    ],
  },
]);
