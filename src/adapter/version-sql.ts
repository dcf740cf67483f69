/** The SQL by which a history of rows goes on: what has changed, which versions end, which begin. Engines differ only in how they spell names. */
import type { ApplyChanges, ComparedColumn, StageChanges, VersionRules } from './operation.ts';
import type { Relation } from './relation.ts';
import { embed } from './statement.ts';
import type { Statement } from './statement.ts';

/** How an engine spells what the statements name. */
export interface VersionDialect {
  readonly quoteIdentifier: (name: string) => string;
  readonly relation: (relation: Relation) => string;
}

/** What an entry of the changes is about. */
export const changeKinds = {
  /** There is no version in force. */
  fresh: 'fresh',
  /** The version in force is not what the row is now. */
  changed: 'changed',
  /** The row is not there any more. */
  gone: 'gone',
  /** Nor is this one, and nothing is to be done: it is only counted, and its entry has no values. */
  absent: 'absent',
  /** The one that says how many rows there are, and how many of them have a time. */
  rows: 'rows',
} as const;

/** Columns of the changes have names of their own, since a column of the user may be called anything. */
export const changeColumn = (at: number): string => `c${at}`;

/** A hash over values that cannot run into each other. */
function scdId(values: readonly string[]): string {
  const parts = values.map((value) => `cast(length(cast(${value} as varchar)) as varchar) || ':' || cast(${value} as varchar)`);
  return `md5(${parts.join(' || ')})`;
}

class Names {
  readonly #dialect: VersionDialect;
  readonly #columns: readonly string[];
  readonly versions: VersionRules;

  constructor(dialect: VersionDialect, { columns, versions }: Pick<StageChanges, 'columns' | 'versions'>) {
    this.#dialect = dialect;
    this.#columns = columns;
    this.versions = versions;
  }

  /** A column that no column of rows is called. */
  get marker(): string {
    const taken = new Set(this.#columns.map((column) => column.toLowerCase()));
    let marker = 'found';
    while (taken.has(marker)) marker += '_';
    return marker;
  }

  of(alias: string, column: string): string {
    return `${alias}.${this.#dialect.quoteIdentifier(column)}`;
  }

  /** The column of the changes that holds a column of the rows. */
  change(column: string): string {
    return changeColumn(this.#columns.indexOf(column));
  }

  /** Not every type can be compared; what has parts is compared as text. */
  differs({ name, asText }: ComparedColumn): string {
    const [left, right] = ['s', 't'].map((alias) => (asText ? `cast(${this.of(alias, name)} as varchar)` : this.of(alias, name)));
    return `${left} is distinct from ${right}`;
  }

  relation(relation: Relation): string {
    return this.#dialect.relation(relation);
  }

  meta(column: keyof VersionRules['columns']): string {
    return this.#dialect.quoteIdentifier(this.versions.columns[column] ?? '');
  }

  sameKey(left: (key: string) => string, right: (key: string) => string): string {
    return this.versions.key.map((key) => `${left(key)} = ${right(key)}`).join(' and ');
  }

  /** Whether a version in force is one. */
  isOpen(alias: string): string {
    const end = `${alias}.${this.meta('validTo')}`;
    const { openEnd } = this.versions;
    return openEnd === undefined ? `${end} is null` : `(${end} is null or ${end} = (${openEnd}\n))`;
  }

  /** Whether a version says that the row is gone. */
  isDeletion(alias: string): string | undefined {
    return this.versions.columns.isDeleted === undefined ? undefined : `coalesce(${alias}.${this.meta('isDeleted')}, 'False') = 'True'`;
  }

  /** The time of the run in the type of the history: a NULL of that type decides. */
  now(alias: string): string {
    return `greatest(${alias}.${this.meta('validFrom')}, ${this.versions.now})`;
  }
}

/**
 * Rows without a version in force, or with one that they are not any more; and versions in force without a row. One join tells all
 * of it, in a statement that counts the rows as well: so all of it is true of the same rows. The database keeps them for the time of
 * the statement unless they are the same however often it asks, and come cheaply.
 */
export function stageChangesStatement(
  operation: StageChanges,
  dialect: VersionDialect,
  /** The text of a query as it can stand in parentheses, as long as before. */
  inside: (sql: string) => string,
): Statement {
  const { stage, direct, changes } = operation;
  const found = changesSelect(operation, dialect);
  const create = `create temp table ${dialect.relation(changes)} as with tx_rows as `;
  if (direct === undefined) return { sql: `${create}not materialized (select * from ${dialect.relation(stage)})${found}` };
  return embed(
    `${create}${direct.steady ? 'not ' : ''}materialized (\n`,
    { ...direct.query, sql: inside(direct.query.sql) },
    `\n)${found}`,
  );
}

function changesSelect(operation: StageChanges, dialect: VersionDialect): string {
  const { target, columns, compared, versions } = operation;
  const names = new Names(dialect, operation);
  const stamp = versions.updatedAt === undefined ? versions.now : names.of('s', versions.updatedAt);
  const from = `t.${names.meta('validFrom')}`;
  const sameKey = names.sameKey(
    (key) => names.of('s', key),
    (key) => names.of('t', key),
  );
  const deletion = names.isDeletion('t');
  const differs =
    versions.compare === undefined ? `${stamp} > ${from}` : compared.map((column) => names.differs(column)).join(' or ') || 'false';
  // Every row has a time, and every version a beginning, whatever the values of the key.
  const isFresh = `t.${names.marker} is null`;
  const isGone = `s.${names.marker} is null`;
  const ended = versions.hardDeletes === 'ignore' ? 'false' : deletion === undefined ? 'true' : `not (${deletion})`;
  const value = (column: string): string => {
    const kept = versions.hardDeletes === 'ignore' ? 'null' : names.of('t', column);
    return `case when ${isGone} then ${kept} else ${names.of('s', column)} end`;
  };
  const values = columns.map((column, at) => `${value(column)} as ${changeColumn(at)}`).join(', ');
  const kind =
    `case when ${isFresh} then '${changeKinds.fresh}' when ${isGone} then case when ${ended} then '${changeKinds.gone}' ` +
    `else '${changeKinds.absent}' end else '${changeKinds.changed}' end`;
  const begins = `case when ${isGone} then ${names.now('t')} when ${isFresh} or ${stamp} > ${from} then ${stamp} else ${names.now('t')} end`;
  const counted = versions.updatedAt === undefined ? '*' : dialect.quoteIdentifier(versions.updatedAt);
  return (
    ` select ${values}, ${kind} as kind, case when ${isGone} then ${names.now('t')} else ${stamp} end as stamp, ${begins} as begins, ` +
    `cast(null as bigint) as staged, cast(null as bigint) as stamped from (select *, 1 as ${names.marker} from tx_rows) as s ` +
    `full join (select *, 1 as ${names.marker} from ${names.relation(target)} as t where ${names.isOpen('t')}) as t on ${sameKey} ` +
    `where ${isFresh} or ${isGone} or ${deletion === undefined ? '' : `${deletion} or `}${differs} ` +
    `union all select ${columns.map(() => 'null').join(', ')}, '${changeKinds.rows}', null, null, count(*), count(${counted}) from tx_rows`
  );
}

/**
 * What tells that a row came twice, or had no key or time: rows, those with a time, versions in force, and of the changes those
 * of each kind and those without a key, and all of them. Where no key comes twice, the rows that are not fresh are as many as the
 * versions that are neither gone nor absent.
 */
export function countChangesSql(
  { changes, target, columns, versions }: Pick<StageChanges, 'changes' | 'target' | 'columns' | 'versions'>,
  dialect: VersionDialect,
): string {
  const names = new Names(dialect, { columns, versions });
  const without = versions.key.map((key) => `${names.change(key)} is null`).join(' or ');
  const count = (condition: string): string => `coalesce(sum(case when ${condition} then 1 else 0 end), 0)`;
  return (
    `select max(staged), max(stamped), (select count(*) from ${names.relation(target)} as t where ${names.isOpen('t')}), ` +
    `${count(`kind = '${changeKinds.fresh}'`)}, ${count(`kind = '${changeKinds.gone}'`)}, ${count(`kind = '${changeKinds.absent}'`)}, ` +
    `${count(`kind = '${changeKinds.fresh}' and (${without})`)}, ${count(`kind <> '${changeKinds.rows}'`)} from ${names.relation(changes)}`
  );
}

/**
 * Rows without a version in force, though one of theirs ends far in the future and no other follows it: what ends it is what stood in
 * versions in force before the rules said another value. Gives their keys and that end. No clock is wrong by more than a day.
 */
export function unknownEndsSql(
  { changes, target, columns, versions }: Pick<StageChanges, 'changes' | 'target' | 'columns' | 'versions'>,
  dialect: VersionDialect,
): string {
  const names = new Names(dialect, { columns, versions });
  const change = (key: string): string => `c.${names.change(key)}`;
  const sameKey = (alias: string): string => names.sameKey((key) => names.of(alias, key), change);
  const [from, to] = [`t.${names.meta('validFrom')}`, `t.${names.meta('validTo')}`];
  const keys = versions.key.map((key, at) => `${change(key)} as k${at}`).join(', ');
  return (
    `select ${keys}, cast(${to} as varchar) as ends from ${names.relation(target)} as t join ${names.relation(changes)} as c ` +
    `on ${sameKey('t')} where c.kind = '${changeKinds.fresh}' and ${to} > ${versions.now} + interval '1 day' and ${from} < ${to} ` +
    `and not exists (select 1 from ${names.relation(target)} as l where ${sameKey('l')} and l.${names.meta('validFrom')} >= ${to})`
  );
}

/** A row that was gone and is there again does not begin before its last version ended. */
export function settleReturnsSql(operation: ApplyChanges, dialect: VersionDialect): string {
  const { changes, target } = operation;
  const names = new Names(dialect, operation);
  const { key } = operation.versions;
  const ended = `t.${names.meta('validTo')}`;
  const sameKey = names.sameKey(
    (each) => names.of('t', each),
    (each) => `c.${names.change(each)}`,
  );
  const keys = key.map((each, at) => `c.${names.change(each)} as k${at}`).join(', ');
  const grouped = key.map((each) => `c.${names.change(each)}`).join(', ');
  const again = key.map((each, at) => `${names.change(each)} = ended.k${at}`).join(' and ');
  return (
    `update ${names.relation(changes)} set begins = greatest(ended.last, ${operation.versions.now}) from (` +
    `select ${keys}, max(${ended}) as last from ${names.relation(changes)} as c join ${names.relation(target)} as t on ${sameKey} ` +
    `where c.kind = '${changeKinds.fresh}' group by ${grouped}) as ended ` +
    `where kind = '${changeKinds.fresh}' and ${again} and begins <= ended.last`
  );
}

/** Ends versions, adds new ones, and does away with the changes. */
export function applyChangesSql(operation: ApplyChanges, dialect: VersionDialect): readonly string[] {
  const { changes, target, columns, versions } = operation;
  const names = new Names(dialect, operation);
  const { isDeleted } = versions.columns;
  const sameKey = names.sameKey(
    (key) => names.of('t', key),
    (key) => `c.${names.change(key)}`,
  );
  const end =
    `update ${names.relation(target)} as t set ${names.meta('validTo')} = c.begins from ${names.relation(changes)} as c ` +
    `where c.kind in ('${changeKinds.changed}', '${changeKinds.gone}') and ${sameKey} and ${names.isOpen('t')}`;
  const isGone = `c.kind = '${changeKinds.gone}'`;
  const open =
    versions.openEnd === undefined ? 'nullif(c.begins, c.begins)' : `coalesce(nullif(c.begins, c.begins), (${versions.openEnd}\n))`;
  const id = scdId([...versions.key.map((key) => `c.${names.change(key)}`), 'c.begins', versions.now]);
  const written = [
    ...columns.map((column, at) => [dialect.quoteIdentifier(column), `c.${changeColumn(at)}`] as const),
    [names.meta('scdId'), id] as const,
    [names.meta('updatedAt'), 'c.stamp'] as const,
    [names.meta('validFrom'), 'c.begins'] as const,
    [names.meta('validTo'), open] as const,
    ...(isDeleted === undefined ? [] : [[names.meta('isDeleted'), `case when ${isGone} then 'True' else 'False' end`] as const]),
  ];
  const added = [changeKinds.fresh, changeKinds.changed, ...(versions.hardDeletes === 'new_record' ? [changeKinds.gone] : [])];
  const keeps = ` where c.kind in (${added.map((kind) => `'${kind}'`).join(', ')})`;
  const add =
    `insert into ${names.relation(target)} (${written.map(([column]) => column).join(', ')}) ` +
    `select ${written.map(([, value]) => value).join(', ')} from ${names.relation(changes)} as c${keeps}`;
  return [...(operation.mayReturn ? [settleReturnsSql(operation, dialect)] : []), end, add];
}
