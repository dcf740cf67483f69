import { testRefusals } from './bad-input.ts';

testRefusals('selectors', [
  {
    row: '60',
    title: 'a name that nothing has',
    files: {
      'models/orders.sql': 'select 1 as id\n',
    },
    args: ['ls', '-s', 'orders ordres'],
    alone: true,
    report: [
      [
        'error selector-no-match  --select:1:8',
        '    1 │ orders ordres',
        '      │        ^^^^^^ nothing in the project is called `ordres`',
        '  help  did you mean `orders`?',
      ],
    ],
  },
  {
    row: '60a',
    title: 'an unknown method',
    files: {
      'models/orders.sql': 'select 1 as id\n',
    },
    args: ['run', '-s', 'tga:nightly'],
    alone: true,
    report: [
      [
        'error selector-unknown-method  --select:1:1',
        '    1 │ tga:nightly',
        '      │ ^^^ there is no selector method `tga`',
        '  help  did you mean `tag`?',
      ],
    ],
  },
  {
    row: '60b',
    title: 'mistakes in both flags',
    files: {
      'models/orders.sql': 'select 1 as id\n',
    },
    args: ['test', '-s', '@orders+', '--exclude', 'ordres'],
    alone: true,
    report: [
      [
        'error selector-no-match  --exclude:1:1',
        '    1 │ ordres',
        '      │ ^^^^^^ nothing in the project is called `ordres`',
        '  help  did you mean `orders`?',
      ],
      [
        'error selector-syntax  --select:1:1',
        '    1 │ @orders+',
        '      │ ^^^^^^^^ `@` in front and `+` at the end do not go together',
        '  help  `@` takes in everything below, and what that needs, so leave out the `+`',
      ],
    ],
  },
  {
    row: '60c',
    title: 'a parenthesis that is never closed',
    files: {
      'models/orders.sql': 'select 1 as id\n',
    },
    args: ['plan', '-s', '(orders orders'],
    alone: true,
    report: [
      [
        'error selector-syntax  --select:1:1',
        '    1 │ (orders orders',
        '      │ ^ this parenthesis is never closed',
        '  help  a group has to close inside the same argument: put quotes around it',
      ],
    ],
  },
  {
    row: '60d',
    title: 'a resource type that does not exist',
    files: {
      'models/orders.sql': 'select 1 as id\n',
    },
    args: ['compile', '--resource-type', 'modle'],
    alone: true,
    report: [['error unknown-resource-type', '  there is no resource type `modle`', '  help  did you mean `model`?']],
  },
]);
