/** How a relation is kept, on every engine. */
import { all, build, csv, is, source } from './conformance-case.ts';
import type { ConformanceCase, Files } from './conformance-case.ts';

const kept = (more: string, query = 'select id, v from {{ref "src"}}'): string =>
  `{{config materialized="table" indexes=(array (object columns=(array "id") unique=true) (object columns=(array "v" "(id + 1)"))) ${more}}}${query}`;
const twoRows: Files = { [source]: csv('id,v', '1,a', '2,b') };

export const storageCases: readonly ConformanceCase[] = [
  {
    name: 'indexes that config asks for are there after every build, once, and go when they are not asked for any more',
    files: { ...twoRows, 'models/m.sql': kept('') },
    acts: [
      build,
      { tx: 'build --force', says: ['ok'] },
      { sql: `create index of_others on main.m (v)` },
      { tx: 'build --force' },
      { sql: `insert into main.m values (3, 'c')` },
      { refused: `insert into main.m values (1, 'again')`, says: 'nique' },
      { write: { 'models/m.sql': '{{config materialized="table" indexes=(array)}}select id, v from {{ref "src"}}' } },
      { tx: 'plan --explain', says: ['its indexes have changed'] },
      build,
      { sql: `insert into main.m values (1, 'again')` },
    ],
  },
  {
    name: 'a unique index that does not hold keeps the table from being published',
    files: { ...twoRows, 'models/m.sql': kept('') },
    acts: [
      build,
      { write: { 'models/m.sql': kept('', `select 1 as id, 'x' as v union all select 1, 'y'`) } },
      { tx: 'build', exit: 1, says: ['constraint-violated'] },
      is(all, [1, 'a'], [2, 'b']),
    ],
  },
  {
    name: 'an incremental table gets the indexes that it has not',
    files: { ...twoRows, 'models/m.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "src"}}' },
    acts: [
      build,
      {
        write: {
          'models/m.sql':
            '{{config materialized="incremental" unique_key="id" indexes=(array (object columns=(array "id") unique=true))}}select id, v from {{ref "src"}}',
        },
      },
      build,
      build,
      { refused: `insert into main.m values (1, 'again')`, says: 'nique' },
      { tx: 'build --full-refresh' },
      { refused: `insert into main.m values (1, 'again')`, says: 'nique' },
    ],
  },
  {
    name: 'descriptions become comments, on views too, and seeds have indexes',
    project:
      'models: { +persist_docs: { relation: true, columns: true } }\nseeds: { +persist_docs: { relation: true }, +indexes: [{ columns: id }] }',
    files: {
      ...twoRows,
      'seeds/src.yaml': 'seeds: [{ name: src, description: "The seed" }]',
      'models/m.sql': '{{config materialized="table"}}select id, v from {{ref "src"}}',
      'models/w.sql': 'select id from {{ref "m"}}',
      'models/m.yaml': `models:\n  - name: m\n    description: It's a "table"\n    columns: [{ name: id, description: The key }, { name: gone, description: not there }]\n  - name: w\n    description: A view\n    columns: [{ name: id, description: Of the view }]\n`,
    },
    acts: [build, build, { comments: { m: `It's a "table"`, 'm.id': 'The key', w: 'A view', 'w.id': 'Of the view', src: 'The seed' } }],
  },
];
