/** The SQL by which a history of rows goes on: what has changed, which versions end, which begin. Engines differ only in how they spell names. */
import type { ApplyChanges, ComparedColumn, StageChanges, VersionRules } from './operation.ts';
import type { Relation } from './relation.ts';

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

/** Rows of the stage without a version in force, or with one that they are not any more; and versions in force of rows that are gone. */
export function stageChangesSql(operation: StageChanges, dialect: VersionDialect): readonly string[] {
  const { stage, changes, target, columns, compared, versions } = operation;
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
  const values = (alias: string): string => columns.map((column, at) => `${names.of(alias, column)} as ${changeColumn(at)}`).join(', ');
  const isFresh = `${names.of('t', versions.key[0] ?? '')} is null`;
  const start = `case when ${isFresh} or ${stamp} > ${from} then ${stamp} else ${names.now('t')} end`;
  const present =
    `select ${values('s')}, case when ${isFresh} then '${changeKinds.fresh}' else '${changeKinds.changed}' end as kind, ` +
    `${stamp} as stamp, ${start} as begins from ${names.relation(stage)} as s ` +
    `left join (select * from ${names.relation(target)} as t where ${names.isOpen('t')}) as t on ${sameKey} ` +
    `where ${isFresh} or ${deletion === undefined ? '' : `${deletion} or `}${differs}`;
  const gone =
    `select ${values('t')}, '${changeKinds.gone}' as kind, ${names.now('t')} as stamp, ${names.now('t')} as begins ` +
    `from ${names.relation(target)} as t where ${names.isOpen('t')}${deletion === undefined ? '' : ` and not ${deletion}`} ` +
    `and not exists (select 1 from ${names.relation(stage)} as s where ${sameKey})`;
  const all = versions.hardDeletes === 'ignore' ? present : `${present} union all ${gone}`;
  return [`create temp table ${names.relation(changes)} as ${all}`];
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
    `where c.kind <> '${changeKinds.fresh}' and ${sameKey} and ${names.isOpen('t')}`;
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
  const keeps = versions.hardDeletes === 'new_record' ? '' : ` where not (${isGone})`;
  const add =
    `insert into ${names.relation(target)} (${written.map(([column]) => column).join(', ')}) ` +
    `select ${written.map(([, value]) => value).join(', ')} from ${names.relation(changes)} as c${keeps}`;
  return [settleReturnsSql(operation, dialect), end, add];
}
