/** The relations that the cases of this folder read, and random rows that keep what is declared of them. */
import type { Stub } from '../../src/adapter/analysis.ts';

/** A source of chance that can be repeated. */
export type Random = (below: number) => number;

/** Spells a random value as SQL. `distinct` is another number for each row. */
type Domain = (random: Random, distinct: number) => string;

export interface TestColumn {
  readonly name: string;
  readonly type: string;
  readonly domain: Domain;
}

export interface TestRelation {
  readonly name: string;
  readonly columns: readonly TestColumn[];
  readonly primaryKey?: readonly string[];
  readonly notNull?: readonly string[];
  readonly unique?: readonly (readonly string[])[];
}

/** One of these, or NULL now and then. */
function among(...values: readonly string[]): Domain {
  return (random) => (random(6) === 0 ? 'null' : (values[random(values.length)] ?? 'null'));
}

function never(domain: Domain): Domain {
  return (random, distinct) => {
    const value = domain(random, distinct);
    return value === 'null' ? never(domain)(random, distinct) : value;
  };
}

const id: Domain = (_, distinct) => String(distinct);
const small = among('0', '1', '2', '3');
const money = among('0', '1', '1.5', '2', '2.5', '3');
const word = among(`'paid'`, `'open'`, `'card'`, `'north'`);

export const relations: readonly TestRelation[] = [
  {
    name: 'customers',
    columns: [
      { name: 'id', type: 'INTEGER', domain: id },
      { name: 'name', type: 'VARCHAR', domain: never(word) },
      { name: 'region', type: 'VARCHAR', domain: word },
      { name: 'referrer', type: 'INTEGER', domain: small },
      { name: 'since', type: 'DATE', domain: among(`date '2024-01-01'`, `date '2024-01-02'`, `date '2024-02-01'`) },
    ],
    primaryKey: ['id'],
    notNull: ['name'],
  },
  {
    name: 'orders',
    columns: [
      { name: 'id', type: 'INTEGER', domain: id },
      { name: 'customer', type: 'INTEGER', domain: small },
      { name: 'amount', type: 'DECIMAL(18,2)', domain: money },
      { name: 'status', type: 'VARCHAR', domain: word },
      { name: 'placed', type: 'TIMESTAMP', domain: among(`timestamp '2023-01-01'`, `timestamp '2024-01-01'`, `timestamp '2024-01-02'`) },
      { name: 'discount', type: 'DECIMAL(18,2)', domain: money },
    ],
    primaryKey: ['id'],
  },
  {
    name: 'payments',
    columns: [
      // Unique, but for one NULL.
      { name: 'id', type: 'INTEGER', domain: (_, distinct) => (distinct === 3 ? 'null' : String(distinct)) },
      { name: 'order_id', type: 'INTEGER', domain: small },
      { name: 'method', type: 'VARCHAR', domain: word },
      { name: 'paid', type: 'DECIMAL(18,2)', domain: money },
      { name: 'day', type: 'DATE', domain: among(`date '2023-12-01'`, `date '2024-01-01'`, `date '2024-01-02'`) },
    ],
    unique: [['id']],
  },
  {
    name: 'baskets',
    columns: [
      { name: 'id', type: 'INTEGER', domain: id },
      { name: 'tags', type: 'VARCHAR[]', domain: among(`['a', 'b']`, `['b']`, `[]`, `['c', 'a', 'a']`) },
      { name: 'sizes', type: 'INTEGER[]', domain: among('[1]', '[0, 2]', '[3, 1, 2]', '[]') },
      {
        name: 'item',
        type: 'STRUCT(sku VARCHAR, price DECIMAL(18,2))',
        domain: among(`{'sku': 'x', 'price': 1}`, `{'sku': 'y', 'price': 2}`, `{'sku': 'x', 'price': 2}`),
      },
    ],
    primaryKey: ['id'],
  },
  {
    name: 'Maße',
    columns: [
      { name: 'Straße', type: 'VARCHAR', domain: word },
      { name: 'a b', type: 'INTEGER', domain: small },
      { name: 'select', type: 'INTEGER', domain: small },
      { name: 'Ä', type: 'INTEGER', domain: small },
    ],
  },
];

/** Spellings of types and values that PostgreSQL has of its own. */
const spelledInPostgres: Readonly<Record<string, Pick<TestColumn, 'type' | 'domain'>>> = {
  tags: { type: 'text[]', domain: among(`array['a', 'b']`, `array['b']`, `array[]::text[]`, `array['c', 'a', 'a']`) },
  sizes: { type: 'integer[]', domain: among('array[1]', 'array[0, 2]', 'array[3, 1, 2]', 'array[]::integer[]') },
  item: { type: 'jsonb', domain: among(`'{"sku": "x", "price": 1}'`, `'{"sku": "y", "price": 2}'`, `'{"sku": "x", "price": 2}'`) },
};

const postgresTypes: Readonly<Record<string, string>> = {
  INTEGER: 'integer',
  VARCHAR: 'text',
  DATE: 'date',
  TIMESTAMP: 'timestamp without time zone',
  'DECIMAL(18,2)': 'numeric(18,2)',
};

/** The same relations as PostgreSQL has them. */
export const postgresRelations: readonly TestRelation[] = relations.map((relation) => ({
  ...relation,
  columns: relation.columns.map((column) => ({
    ...column,
    type: postgresTypes[column.type] ?? column.type,
    ...spelledInPostgres[column.name],
  })),
}));

/** The relations as a binder is told of them, in the schema `main`. */
function stubsOf(all: readonly TestRelation[]): readonly Stub[] {
  return all.map(({ name, columns, primaryKey, notNull = [], unique = [] }) => ({
    relation: { schema: 'main', name },
    columns: columns.map((column) => ({ name: column.name, type: column.type })),
    ...(primaryKey === undefined ? {} : { primaryKey }),
    proofs: { notNull, unique },
  }));
}

export const stubs = stubsOf(relations);
export const postgresStubs = stubsOf(postgresRelations);

/** Rows of every relation, as SQL values: relation, row, column. */
export type Content = ReadonlyMap<string, readonly (readonly string[])[]>;

export interface Contents {
  readonly randomContent: (random: Random, size?: number) => Content;
  /** The same content, with other values in one column. */
  readonly withOtherColumn: (content: Content, relation: string, column: string, random: Random) => Content;
}

/** Rows for these relations. */
export function createContents(all: readonly TestRelation[]): Contents {
  return {
    randomContent: (random, size = 3 + random(6)) =>
      new Map(
        all.map(({ name, columns }) => {
          const rows = Array.from({ length: size }, (_, row) => columns.map(({ domain }) => domain(random, row)));
          return [name, rows];
        }),
      ),
    withOtherColumn: (content, relation, column, random) => {
      const columns = all.find(({ name }) => name === relation)?.columns ?? [];
      const place = columns.findIndex(({ name }) => name === column);
      const domain = columns[place]?.domain;
      const shift = 1 + random(4);
      return new Map(
        [...content].map(([name, rows]) => [
          name,
          name === relation && domain !== undefined ? rows.map((row, at) => row.with(place, domain(random, at + shift))) : rows,
        ]),
      );
    },
  };
}

/** The same content, its rows stored in another order. */
export function shuffled(content: Content, random: Random): Content {
  return new Map(
    [...content].map(([name, rows]) => [
      name,
      rows
        .map((row) => ({ row, at: random(1000) }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ row }) => row),
    ]),
  );
}

/** Statements that make tables of some relations, empty ones. */
export function tablesSql(all: readonly TestRelation[], quote: (name: string) => string): string {
  return all
    .map(
      ({ name, columns }) => `create table ${quote(name)} (${columns.map((column) => `${quote(column.name)} ${column.type}`).join(', ')})`,
    )
    .join('; ');
}

/** Statements that put a content into some of the tables, in place of what is there. */
export function contentSql(content: Content, names: readonly string[], quote: (name: string) => string): string {
  return names
    .map((name) => {
      const rows = (content.get(name) ?? []).map((row) => `(${row.join(', ')})`).join(', ');
      return `delete from ${quote(name)}; insert into ${quote(name)} values ${rows}`;
    })
    .join('; ');
}

/** A repeatable source of chance. */
export function seededRandom(seed: number): Random {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
