import { testRefusals } from './bad-input.ts';

testRefusals('YAML and settings', [
  {
    row: '45',
    title: 'a tab, and a wrong indentation',
    files: {
      'models/m.yaml': 'models:\n\t- name: good\n',
      'models/n.yaml': 'models:\n  - name: good\n   description: x\n',
    },
    report: [
      [
        'error yaml-tab  models/m.yaml:2:1',
        '    1 │ models:',
        '    2 │     - name: good',
        '      │ ^^^^ line 2 is indented with a tab',
        '  help  YAML takes spaces only; replace the tab by spaces',
      ],
      [
        'error yaml-indentation  models/n.yaml:3:4',
        '  line 3 does not fit the lines above it: wrong indentation, or a `:` inside an unquoted value',
        '    2 │   - name: good',
        '    3 │    description: x',
        '      │    ^',
        '  help  give the keys of one mapping the same indentation, and quote values that contain `: `',
      ],
    ],
  },
  {
    row: '46',
    title: 'a key that is given twice',
    files: {
      'models/good.sql': 'select 1 as id\n',
      'models/m.yaml': 'models:\n  - name: good\n    description: a\n    description: b\n',
    },
    report: [
      [
        'error yaml-duplicate-key  models/m.yaml:4:5',
        '    3 │     description: a',
        '    4 │     description: b',
        '      │     ^^^^^^^^^^^ key `description` is given twice, on line 3 and on line 4',
        '  help  keep one of them',
        '  note  the first one is here  models/m.yaml:3:5',
        '    2 │   - name: good',
        '    3 │     description: a',
        '      │     ^^^^^^^^^^^',
      ],
    ],
  },
  {
    row: '47',
    title: 'an alias bomb',
    files: {
      'models/m.yaml':
        'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n',
    },
    report: [
      [
        'error yaml-limit  models/m.yaml:4:7',
        '    3 │ c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
        '    4 │ d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]',
        '      │       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this YAML has more than 100000 nodes',
        '  help  split the file; aliases count as often as they are used',
      ],
    ],
  },
  {
    row: '47a',
    title: 'an anchor that contains itself',
    files: {
      'models/good.sql': 'select 1 as id\n',
      'models/m.yaml': 'models:\n  - name: good\n    meta: &m { self: *m }\n',
    },
    report: [
      [
        'error yaml-circular-anchor  models/m.yaml:3:22',
        '    2 │   - name: good',
        '    3 │     meta: &m { self: *m }',
        '      │                      ^^ `*m` stands inside `&m`, so it would contain itself',
        '  help  write the value out',
      ],
    ],
  },
  {
    row: '47b',
    title: 'YAML that nests too deep',
    files: {
      'models/m.yaml': Array.from({ length: 120 }, (_, depth) => `${' '.repeat(depth)}k:\n`).join(''),
    },
    report: [
      [
        'error yaml-limit  models/m.yaml:100:100',
        '  this YAML has more than 100 levels',
        '   99 │ …                                                                                        k:',
        '  100 │ …                                                                                         k:',
        '      │                                                                                           ^',
        '  help  write it flatter',
      ],
    ],
  },
  {
    row: '47c',
    title: 'an alias without an anchor',
    files: {
      'models/m.yaml': 'models: *nope\n',
    },
    report: [
      [
        'error yaml-unknown-anchor  models/m.yaml:1:9',
        '    1 │ models: *nope',
        '      │         ^^^^^ `*nope` has no `&nope` before it',
        '  help  quote it if it is text: `"*nope"`',
      ],
    ],
  },
  {
    row: '48',
    title: 'an unknown key',
    files: {
      'models/good.sql': 'select 1 as id\n',
      'models/m.yaml': 'models:\n  - name: good\n    descripton: x\n',
    },
    report: [
      [
        'error unknown-key  models/m.yaml:3:5',
        '    2 │   - name: good',
        '    3 │     descripton: x',
        '      │     ^^^^^^^^^^ unknown key `descripton` in `good`',
        '  help  did you mean `description`?',
      ],
    ],
  },
  {
    row: '48a',
    title: 'an unknown tag',
    files: {
      'models/good.sql': 'select 1 as id\n',
      'models/m.yaml': 'models:\n  - name: good\n    description: !!js/function "x"\n',
    },
    report: [
      [
        'error yaml-tag  models/m.yaml:3:18',
        '    2 │   - name: good',
        '    3 │     description: !!js/function "x"',
        '      │                  ^^^^^^^^^^^^^ the tag `!!js/function` is not supported',
        '  help  remove the tag, and quote the value if it is text',
      ],
    ],
  },
  {
    row: '49',
    title: 'numbers that YAML would change',
    files: {
      'project.yaml':
        'name: shop\nversion: 1.10\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\nvars:\n  big: 123456789012345678901234567890\n  zip: 01234\n  hex: 0x1F\n  grouped: 1_000\n',
    },
    alone: true,
    report: [
      [
        'error wrong-value  project.yaml:2:10',
        '    1 │ name: shop',
        '    2 │ version: 1.10',
        '      │          ^^^^ `version` must be text, not `1.10`',
        '  help  quote it: `"1.10"`',
      ],
      [
        'error yaml-number  project.yaml:6:8',
        '  `123456789012345678901234567890` is too large to be kept exactly as a number',
        '    5 │ vars:',
        '    6 │   big: 123456789012345678901234567890',
        '      │        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
        '  help  quote it: `"123456789012345678901234567890"`',
      ],
      [
        'error yaml-number  project.yaml:7:8',
        '    6 │   big: 123456789012345678901234567890',
        '    7 │   zip: 01234',
        '      │        ^^^^^ `01234` has a leading zero that a number would lose',
        '  help  quote it: `"01234"`',
      ],
      [
        'error yaml-number  project.yaml:8:8',
        '    7 │   zip: 01234',
        '    8 │   hex: 0x1F',
        '      │        ^^^^ `0x1F` is a number in another base than ten',
        '  help  quote it: `"0x1F"`',
      ],
      [
        'error yaml-number  project.yaml:9:12',
        '    8 │   hex: 0x1F',
        '    9 │   grouped: 1_000',
        '      │            ^^^^^ `1_000` has underscores between its digits',
        '  help  quote it: `"1_000"`',
      ],
    ],
  },
  {
    row: '52',
    title: 'an environment variable that is not set',
    files: {
      'project.yaml': 'name: shop\ntargets:\n  dev: { type: duckdb, path: "${TEST_WAREHOUSE}", schema: main }\n',
    },
    alone: true,
    report: [
      [
        'error environment-variable-unset  project.yaml:3:31',
        '  environment variable `TEST_WAREHOUSE` is not set, and `targets.dev.path` needs it',
        '    2 │ targets:',
        '    3 │   dev: { type: duckdb, path: "${TEST_WAREHOUSE}", schema: main }',
        '      │                               ^^^^^^^^^^^^^^^^^',
        '  help  set it in the shell or in `.env`, or give a default: `${TEST_WAREHOUSE:-value}`',
      ],
    ],
  },
  {
    row: '52a',
    title: 'an environment variable with a message of its own, and an unclosed reference',
    files: {
      'project.yaml': 'name: shop\ntargets:\n  dev: { type: duckdb, path: "${TEST_WAREHOUSE:?ask Ada for it}", schema: "${TEST_SCHEMA" }\n',
    },
    alone: true,
    report: [
      [
        'error environment-variable-unset  project.yaml:3:31',
        '  environment variable `TEST_WAREHOUSE` is not set, and `targets.dev.path` needs it: ask Ada for it',
        '    2 │ targets:',
        '    3 │   dev: { type: duckdb, path: "${TEST_WAREHOUSE:?ask Ada for it}", schema: "${TEST_SCHEMA" }',
        '      │                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
        '  help  set it in the shell or in `.env`, or give a default: `${TEST_WAREHOUSE:-value}`',
      ],
      [
        'error bad-interpolation  project.yaml:3:76',
        '  `${` is not a reference to an environment variable',
        '    2 │ targets:',
        '    3 │   dev: { type: duckdb, path: "${TEST_WAREHOUSE:?ask Ada for it}", schema: "${TEST_SCHEMA" }',
        '      │                                                                            ^^',
        '  help  write `${NAME}`, `${NAME:-default}` or `${NAME:?message}`; a plain `${` is written `$${`',
      ],
    ],
  },
]);
