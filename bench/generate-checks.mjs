/** Writes the projects whose tests are measured, the tables that they look at, and the statements that ask the same by hand. */
import { projectFile, writeFile } from './generate.mjs';

const numbers = (count) => Array.from({ length: count }, (_, index) => index);

// ---------------------------------------------------------------- many small tables

const words = ['placed', 'shipped', 'delivered', 'returned'];
const listOf = (items) => items.map((item) => `'${item}'`).join(', ');

/** Two tests on each of many tables of 200 rows. Gives the statements that make them, and one for each table that tests it. */
export function writeSmallChecks(root, { tables, target, spelling }) {
  const { series, nth } = spelling;
  const names = numbers(tables).map((index) => `small_${index}`);
  writeFile(root, 'project.yaml', projectFile('checks_bench', 4, target));
  const entries = names.map(
    (name) => `      - name: ${name}
        columns:
          - name: id
            tests: [not_null]
          - name: status
            tests:
              - accepted_values: { values: [${words.join(', ')}] }
`,
  );
  writeFile(root, 'models/sources.yaml', `sources:\n  - name: raw\n    schema: raw\n    tables:\n${entries.join('')}`);
  const make = (name) => `create table raw.${name} as select i as id, ${nth(words, '1 + i % 4')} as status from ${series(200)}`;
  return {
    setup: ['create schema raw', ...names.map(make)],
    statements: names.map(
      (name) => `select count(*) filter (where id is null), count(*) filter (where status not in (${listOf(words)})) from raw.${name}`,
    ),
  };
}

// ---------------------------------------------------------------- one wide table

const codes = ['open', 'paid', 'sent', 'void', 'held', 'lost', 'back', 'done'];
const pattern = 'C-[0-9]{6}';
const ranged = numbers(22).map((index) => `n${index}`);
const coded = numbers(20).map((index) => `s${index}`);
const formed = numbers(10).map((index) => `t${index}`);
const others = numbers(8).map((index) => `r${index}`);
const wideColumns = [...ranged, ...coded, ...formed, ...others];

/** 60 columns; in three of them one row is wrong. */
function makeWide(rows, { series, hash, nth, text }) {
  const wrong = (index, value, right) => (index === 0 ? `case when i = ${rows >> 1} then ${value} else ${right} end` : right);
  const columns = [
    ...ranged.map((name, index) => `${wrong(index, 5000, `cast(${hash(`i + ${index}`)} % 1000 as integer)`)} as ${name}`),
    ...coded.map(
      (name, index) => `${wrong(index, `'none'`, nth(codes, `1 + cast(${hash(`i + ${100 + index}`)} % 8 as integer)`))} as ${name}`,
    ),
    ...formed.map(
      (name, index) =>
        `${wrong(index, `'C-1'`, `'C-' || lpad(cast(${hash(`i + ${200 + index}`)} % 1000000 as ${text}), 6, '0')`)} as ${name}`,
    ),
    ...others.map((name, index) => `cast(i as bigint) * ${index + 1} as ${name}`),
  ];
  return `create table raw.wide as select ${columns.join(', ')} from ${series(rows)}`;
}

const kinds = {
  not_null: { columns: wideColumns, wrong: (column) => `${column} is null`, prunable: true },
  in_range: { columns: ranged, wrong: (column) => `${column} < 0 or ${column} > 999`, prunable: true },
  accepted_values: { columns: coded, wrong: (column) => `${column} not in (${listOf(codes)})`, grouped: true },
  matches_regex: { columns: formed, wrong: (column, { matches }) => `not ${matches(column, pattern)}` },
};

export const wideKinds = [...Object.keys(kinds), 'all'];

const chosen = (kind) => Object.entries(kinds).filter(([name]) => kind === 'all' || name === kind);

/** As dbt sends them: a query for each test. */
export function oneByOne(kind, spelling) {
  return chosen(kind).flatMap(([, { columns, wrong }]) =>
    columns.map((column) => `select count(*) from (select * from raw.wide where ${wrong(column, spelling)}) as failures`),
  );
}

/** The best that a person would write who knows the engine. */
export function byHand(kind, spelling) {
  const scanned = (entries) =>
    entries.flatMap(([, { columns, wrong }]) => columns.map((column) => `count(*) filter (where ${wrong(column, spelling)})`));
  const scan = (entries) => (entries.length === 0 ? [] : [`select ${scanned(entries).join(', ')} from raw.wide`]);
  const list = chosen(kind);
  if (!spelling.columnar) return scan(list);
  const branches = list.flatMap(([, { columns, wrong, prunable, grouped }]) =>
    columns.flatMap((column) => {
      const bad = wrong(column, spelling);
      if (prunable) return [`select count(*) from raw.wide where ${bad}`];
      const values = `select n, ${bad} as bad from (select ${column}, count(*) as n from raw.wide group by ${column}) as v`;
      return grouped ? [`select coalesce(sum(n), 0) from (${values}) as g where bad`] : [];
    }),
  );
  return [
    ...(branches.length === 0 ? [] : [branches.join(' union all ')]),
    ...scan(list.filter(([, { prunable, grouped }]) => prunable !== true && grouped !== true)),
  ];
}

const uniqueColumns = ['ordered', 'scattered', 'code'];

/** A wide table with 112 tests, three of which find a row, and one of unique columns. */
export function writeWideChecks(root, { rows, target, spelling }) {
  writeFile(root, 'project.yaml', `${projectFile('checks_bench', 4, target)}tests:\n  severity: warn\n`);
  const tests = (column) => [
    '              - not_null\n',
    ranged.includes(column) ? '              - in_range: { min: 0, max: 999 }\n' : '',
    coded.includes(column) ? `              - accepted_values: { values: [${codes.join(', ')}] }\n` : '',
    formed.includes(column) ? `              - matches_regex: { regex: '^${pattern}$' }\n` : '',
  ];
  const column = (name, list) => `          - name: ${name}\n            tests:\n${list.join('')}`;
  const wide = `      - name: wide\n        columns:\n${wideColumns.map((name) => column(name, tests(name))).join('')}`;
  const keys = `      - name: keys\n        columns:\n${uniqueColumns.map((name) => column(name, ['              - unique\n'])).join('')}`;
  writeFile(root, 'models/sources.yaml', `sources:\n  - name: raw\n    schema: raw\n    tables:\n${wide}${keys}`);
  const { series, text } = spelling;
  return {
    setup: [
      'create schema raw',
      makeWide(rows, spelling),
      // An odd factor takes each number below 2^32 to another one.
      `create table raw.keys as select cast(i as bigint) as ordered, cast(i as bigint) * 2654435761 % 4294967296 as scattered, ` +
        `md5(cast(i as ${text})) as code from ${series(rows)}`,
    ],
  };
}

export const keyColumns = uniqueColumns;

/** As dbt looks for keys that stand twice. */
export function duplicates(column) {
  return [
    `select count(*) from (select ${column} from raw.keys where ${column} is not null group by ${column} having count(*) > 1) as failures`,
  ];
}

// ---------------------------------------------------------------- rows that could be set aside

/** A table that passes all of its tests; `aside` says what happens to a row that does not. */
export function writeCleanModel(root, { rows, aside, target, spelling }) {
  writeFile(root, 'project.yaml', projectFile('quarantine_bench', 4, target));
  writeFile(
    root,
    'models/events.sql',
    `{{config materialized="table"}}\nselect ${spelling.eventColumns('i', 0)} from ${spelling.series(rows)}\n`,
  );
  const test = (name, args = '') =>
    `          - ${name}: { ${[args, ...(aside ? ['on_fail: quarantine'] : [])].filter(Boolean).join(', ')} }\n`;
  const column = (name, ...tests) => `      - name: ${name}\n        tests:\n${tests.join('')}`;
  const columns = [
    column('id', test('not_null')),
    column('day', test('not_null')),
    column('customer_id', test('not_null'), test('in_range', 'min: 0, max: 99999')),
    column('status', test('accepted_values', 'values: [open, paid, sent, void]')),
    column('amount', test('not_null'), test('non_negative')),
  ];
  writeFile(root, 'models/events.yaml', `models:\n  - name: events\n    columns:\n${columns.join('')}`);
}

/** What the increment of a project is tested for. */
export function addKeyTests(root) {
  writeFile(root, 'models/events.yaml', 'models:\n  - name: events\n    columns:\n      - name: id\n        tests: [unique]\n');
}
