/** Projects of any size whose shape is known to hurt: each grows in one direction only. */

/** Text by path, for a project of `size`. */
export type Shape = (size: number) => Readonly<Record<string, string>>;

const PROJECT = 'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main, threads: 2 }\n';
const table = '{{config materialized="table"}}\n';

const numbered = (size: number, text: (index: number) => readonly [path: string, text: string][]): Readonly<Record<string, string>> =>
  Object.fromEntries([['project.yaml', PROJECT], ...Array.from({ length: size }, (_, index) => text(index)).flat()]);

/** Each model reads the one before it. */
const chain: Shape = (size) =>
  numbered(size, (index) => [
    [`models/m${index}.sql`, index === 0 ? `${table}select 1 as id` : `${table}select id + 1 as id from {{ref "m${index - 1}"}}`],
  ]);

/** All models read one, and the last one reads all of them. */
const hub: Shape = (size) => ({
  ...numbered(size, (index) => [[`models/m${index}.sql`, 'select id, b from {{ref "hub"}}']]),
  'models/hub.sql': `${table}select 1 as id, 2 as b`,
  'models/all.sql': Array.from({ length: size }, (_, index) => `select id from {{ref "m${index}"}}`).join('\nunion all\n'),
});

/** A tree in which each model has four children, and six tests. */
const tested: Shape = (size) =>
  numbered(size, (index) => [
    [`models/m${index}.sql`, index === 0 ? 'select 1 as id, 1 as a, 2 as b' : `select id, a, b from {{ref "m${index >> 2}"}} where a = 1`],
    [
      `models/m${index}.yaml`,
      `models:\n  - name: m${index}\n    columns:\n${['id', 'a', 'b'].map((name) => `      - { name: ${name}, tests: [not_null, unique] }\n`).join('')}`,
    ],
  ]);

/** Relations that have nothing to do with each other, in one schema. */
const flat: Shape = (size) => numbered(size, (index) => [[`models/m${index}.sql`, `select ${index} as id`]]);

const COLUMNS = Array.from({ length: 500 }, (_, index) => `column_number_${index}`);

/** Tables of 500 columns, each of which is computed from the same column of the table before. */
const wide: Shape = (size) =>
  numbered(size, (index) => [
    [
      `models/m${index}.sql`,
      index === 0
        ? `${table}select\n  ${COLUMNS.map((name, at) => `${at} as ${name}`).join(',\n  ')}`
        : `${table}select\n  ${COLUMNS.map((name) => `${name} + 1 as ${name}`).join(',\n  ')}\nfrom {{ref "m${index - 1}"}}`,
    ],
  ]);

export const shapes = { chain, hub, tested, flat, wide };
