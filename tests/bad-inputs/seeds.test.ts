import { testRefusals } from './bad-input.ts';

testRefusals('seeds that are refused', [
  {
    row: '31',
    title: 'rows with too few and too many fields',
    files: {
      'seeds/s.csv': 'a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3\n',
    },
    report: [
      [
        'error seed-ragged-row  seeds/s.csv:3:1',
        '    2 │ 1,2,3',
        '    3 │ 1,2',
        '      │ ^^^ line 3 has 2 of 3 fields',
        '  help  write every field, if only as an empty one',
      ],
      [
        'error seed-ragged-row  seeds/s.csv:4:1',
        '    3 │ 1,2',
        '    4 │ 1,2,3,4',
        '      │ ^^^^^^^ line 4 has 4 of 3 fields',
        '  help  quote a field that holds the delimiter',
      ],
    ],
  },
  {
    row: '32',
    title: 'a quote that is never closed',
    files: {
      'seeds/s.csv': 'a,b\n1,"x\n2,y\n',
    },
    report: [
      [
        'error seed-unclosed-quote  seeds/s.csv:2:3',
        '    1 │ a,b',
        '    2 │ 1,"x',
        '      │   ^ the quote opened at line 2 is never closed',
        '  help  close it, or write a quote inside a quoted field twice',
      ],
    ],
  },
  {
    row: '34',
    title: 'an empty and a repeated name in the header',
    files: {
      'seeds/s.csv': 'a,,A\n1,2,3\n',
    },
    report: [
      [
        'error seed-header-empty  seeds/s.csv:1:3',
        '    1 │ a,,A',
        '      │   ^ column 2 of 3 has no name in the header',
        '  help  name it, or delete the column',
      ],
      [
        'error seed-header-duplicate  seeds/s.csv:1:4',
        '    1 │ a,,A',
        '      │    ^ column 3 is called `A` like column 1',
        '  help  rename one of them; case does not tell columns apart',
      ],
    ],
  },
  {
    row: '35',
    title: 'a declared column that the header does not have',
    files: {
      'seeds/s.csv': 'amount,b\n1,2\n',
      'seeds/s.yaml': 'seeds:\n  - name: s\n    config:\n      column_types: { amuont: integer }\n',
    },
    report: [
      [
        'error seed-column-not-found  seeds/s.yaml:4:23',
        '  a type is declared for column `amuont`, which the header does not have',
        '    3 │     config:',
        '    4 │       column_types: { amuont: integer }',
        '      │                       ^^^^^^^^^^^^^^^',
        '  help  did you mean `amount`? without a declared type are `amount`, `b`',
      ],
    ],
  },
  {
    row: '36',
    title: 'a NUL byte',
    files: {
      'seeds/s.csv': 'a,b\n1,x\u0000y\n',
    },
    report: [
      [
        'error seed-nul  seeds/s.csv:2:4',
        '    1 │ a,b',
        '    2 │ 1,x�y',
        '      │    ^ line 2 holds a NUL character, at offset 7 of the text',
        '  help  delete it; a file full of them is UTF-16, and must be saved as UTF-8',
      ],
    ],
  },
  {
    row: '36a',
    title: 'a byte that is not UTF-8',
    files: {
      'seeds/s.csv': Buffer.from('a,b\n1,caf\u00e9\n', 'latin1'),
    },
    report: [
      ['error seed-encoding  seeds/s.csv', '  `seeds/s.csv` is not UTF-8: byte 9 starts no character', '  help  save the file as UTF-8'],
    ],
  },
  {
    row: '36b',
    title: 'UTF-16',
    files: {
      'seeds/s.csv': Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'),
    },
    report: [
      [
        'error seed-encoding  seeds/s.csv',
        '  `seeds/s.csv` is not UTF-8: it starts like UTF-16 (little endian)',
        '  help  save the file as UTF-8',
      ],
    ],
  },
  {
    row: '38',
    title: 'an integer beyond the declared type',
    files: {
      'seeds/s.csv': 'n\n1\n9223372036854775808\n',
      'seeds/s.yaml': 'seeds:\n  - name: s\n    config:\n      column_types: { n: bigint }\n',
    },
    report: [
      [
        'error seed-value  seeds/s.csv:3:1',
        '  line 3: `9223372036854775808` in column `n` is beyond the range of `bigint`',
        '    2 │ 1',
        '    3 │ 9223372036854775808',
        '      │ ^^^^^^^^^^^^^^^^^^^',
      ],
    ],
  },
  {
    row: '39',
    title: 'a declared date that could be two days',
    files: {
      'seeds/s.csv': 'd\n01/02/2024\n',
      'seeds/s.yaml': 'seeds:\n  - name: s\n    config:\n      column_types: { d: date }\n',
    },
    report: [
      [
        'error seed-value  seeds/s.csv:2:1',
        '    1 │ d',
        '    2 │ 01/02/2024',
        '      │ ^^^^^^^^^^ line 2: `01/02/2024` in column `d` is ambiguous: day first or month first',
        '  help  write dates as `YYYY-MM-DD`',
      ],
    ],
  },
  {
    row: '42',
    title: 'an empty file',
    files: {
      'seeds/s.csv': '',
    },
    report: [
      ['error seed-empty  seeds/s.csv', '  `seeds/s.csv` is empty', '  help  the first line of a seed holds the names of its columns'],
    ],
  },
  {
    row: '42a',
    title: 'a header without rows and types',
    files: {
      'seeds/s.csv': 'a,b\n',
    },
    report: [
      [
        'error seed-no-rows  seeds/s.csv',
        '  `seeds/s.csv` has a header and no rows, so nothing tells the type of `a`, `b`',
        '  help  declare the types in `column_types`',
      ],
    ],
  },
]);
