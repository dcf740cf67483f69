/** Commands that are more than the run of a plan, with the projects on which they are killed. */

export interface CommandFlow {
  readonly name: string;
  readonly engine: 'duckdb' | 'postgres';
  readonly kind: 'promote' | 'drop';
  /** The environment is a file of its own, else schemas beside production. */
  readonly isApart: boolean;
  /** It is killed in the short form too. */
  readonly isShort: boolean;
}

export const environment = 'pr';

/** What production was built from, and what is changed then. */
interface FlowFiles {
  readonly first: Readonly<Record<string, string>>;
  readonly changed: Readonly<Record<string, string>>;
}

const table = (query: string): string => `{{config materialized="table"}}${query}`;

/** `idle` reads none of the columns that change, so production keeps it. */
const published: FlowFiles = {
  first: {
    'seeds/src.csv': 'id,v\n1,a\n2,b\n3,c\n',
    'models/base.sql': '{{config materialized="table" schema="mart"}}select id, v from {{ref "src"}}',
    'models/shape.sql': 'select id, v from {{ref "base"}}',
    'models/total.sql': table('select count(*) as n, max(v) as top from {{ref "shape"}}'),
    'models/facts.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "base"}}',
    'models/idle.sql': table('select max(id) as top from {{ref "base"}}'),
    'models/about.yaml': 'models: [{ name: total, columns: [{ name: n, tests: [not_null] }] }]\n',
  },
  changed: {
    'models/base.sql': `{{config materialized="table" schema="mart"}}select id, v || '!' as v from {{ref "src"}}`,
  },
};

/** Of each kind of thing that an environment holds there is one. */
function dropped(engine: CommandFlow['engine']): FlowFiles {
  return {
    first: published.first,
    changed: {
      ...published.changed,
      'models/log.sql':
        '{{config materialized="incremental" unique_key="id" sequence_by="n" delete_when="v = \'b!\'"}}select id, v, id as n from {{ref "base"}}',
      'models/sieve.sql': table(`select id, nullif(v, 'b!') as v from {{ref "base"}}`),
      'models/more.yaml': `models:
  - name: sieve
    columns:
      - name: v
        tests: [not_null: { on_fail: quarantine }]
      - name: id
        tests: [accepted_values: { values: [1], severity: warn, store_failures: true }]
`,
      ...(engine === 'duckdb' ? { 'models/out.sql': '{{config materialized="external"}}select id, v from {{ref "base"}}' } : {}),
    },
  };
}

export function filesOf({ kind, engine }: CommandFlow): FlowFiles {
  return kind === 'promote' ? published : dropped(engine);
}

/** Stand in the database before, and are nobody's business. */
export const foreign: readonly string[] = [
  'create schema elsewhere__pr',
  'create table elsewhere__pr.mine as select 1 as id',
  'create schema empty__pr',
  'create table main.theirs as select 2 as id',
];
export const foreignSchemas: readonly string[] = ['elsewhere__pr', 'empty__pr'];

/** Who reads whom, by the names of relations: what is new stands upon what is new. */
export const readers: readonly (readonly [reader: string, read: string])[] = [
  ['main.shape', 'main_mart.base'],
  ['main.total', 'main_mart.base'],
  ['main.facts', 'main_mart.base'],
];

export const flows: readonly CommandFlow[] = [
  { name: 'a promotion from a file', engine: 'duckdb', kind: 'promote', isApart: true, isShort: true },
  { name: 'a promotion from schemas', engine: 'duckdb', kind: 'promote', isApart: false, isShort: false },
  { name: 'the end of an environment in a file', engine: 'duckdb', kind: 'drop', isApart: true, isShort: true },
  { name: 'the end of an environment in schemas', engine: 'duckdb', kind: 'drop', isApart: false, isShort: false },
  { name: 'a promotion from schemas', engine: 'postgres', kind: 'promote', isApart: false, isShort: false },
  { name: 'the end of an environment in schemas', engine: 'postgres', kind: 'drop', isApart: false, isShort: true },
];
