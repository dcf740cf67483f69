/** Renders the constraints that property files ask for. They are known by their key, as their name or in their comment. */
import { constraintKey, isConstraintKey } from '../../adapter/constraint-name.ts';
import type { ReleaseConstraints, RenderContext, StageConstraints, SyncConstraints, WantedConstraint } from '../../adapter/operation.ts';
import type { Relation } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { bug, unreachable } from '../../diagnostics/bug.ts';
import { dialect } from './dialect.ts';
import { temporaryName } from './publish/temporary-name.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

const nameOf = dialect.relation;
const columnList = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');

/** Servers of this version and above give NOT NULL a name. */
const namesNotNull = 180_000;

/** Bytes of the longest name that the server keeps. */
const longestName = 63;

/** Its name is taken while the old table stands: an index belongs to it. */
const hasIndex = ({ type }: WantedConstraint): boolean => type === 'primary_key' || type === 'unique';

/** Foreign keys come last: they may point to a key of the same table. */
const inOrder = (constraints: readonly WantedConstraint[]): readonly WantedConstraint[] =>
  constraints.toSorted((a, b) => Number(a.type === 'foreign_key') - Number(b.type === 'foreign_key'));

function definition(constraint: WantedConstraint, version: number): string {
  const { type, columns, expression = '', to } = constraint;
  switch (type) {
    case 'not_null':
      // Where it has no name, a check beside it says whose it is, and keeps the server from looking at the rows twice.
      return version >= namesNotNull ? `not null ${columnList(columns)}` : `check (${columnList(columns)} is not null)`;
    case 'primary_key':
      return `primary key (${columnList(columns)})`;
    case 'unique':
      return `unique (${columnList(columns)})`;
    case 'check':
      return `check (${expression}\n)`;
    case 'foreign_key':
      if (to === undefined) return bug('a foreign key that points nowhere');
      return `foreign key (${columnList(columns)}) references ${to.sql} (${columnList(to.columns)})`;
    default:
      return unreachable(type);
  }
}

interface Place {
  readonly table: Relation;
  readonly key: string;
  readonly name: string;
  readonly version: number;
}

function add(constraint: WantedConstraint, { table, key, name, version }: Place): readonly Statement[] {
  const alter = `alter table ${nameOf(table)}`;
  const statements = [`${alter} add constraint ${quoteIdentifier(name)} ${definition(constraint, version)}`];
  if (constraint.type === 'not_null' && version < namesNotNull)
    statements.push(...constraint.columns.map((column) => `${alter} alter column ${quoteIdentifier(column)} set not null`));
  if (name === constraint.name) statements.push(mark(table, name, key));
  return statements.map((sql) => ({ sql, constraint: key }));
}

function mark(table: Relation, name: string, key: string): string {
  return `comment on constraint ${quoteIdentifier(name)} on ${nameOf(table)} is ${quoteText(key)}`;
}

/** As the server would call it on the table of this name, where that is not too long. */
function requiredName(target: Relation, column: string): string {
  const usual = `${target.name}_${column}_not_null`;
  if (Buffer.byteLength(usual) <= longestName) return usual;
  return constraintKey(target, { type: 'not_null', columns: [column] }).replace(/_req$/, '_not_null');
}

/** The server would name what a key asks of its columns after the stage, and the name would stay. */
function requireKey(
  constraint: WantedConstraint,
  all: readonly WantedConstraint[],
  { table, key, version }: Place,
  target: Relation,
): readonly Statement[] {
  if (constraint.type !== 'primary_key' || version < namesNotNull) return [];
  const named = new Set(all.flatMap(({ type, columns }) => (type === 'not_null' ? columns : [])));
  return constraint.columns
    .filter((column) => !named.has(column))
    .map((column) => ({
      sql: `alter table ${nameOf(table)} add constraint ${quoteIdentifier(requiredName(target, column))} not null ${quoteIdentifier(column)}`,
      constraint: key,
    }));
}

const versionQuery: Statement = { sql: `select pg_catalog.current_setting('server_version_num')` };

export async function stageConstraints(
  { stage, target, constraints }: StageConstraints,
  { look }: RenderContext,
): Promise<readonly Statement[]> {
  const [found, tied] = await look(versionQuery, {
    sql: `select from pg_catalog.pg_constraint k where k.conrelid = pg_catalog.to_regclass(${quoteText(nameOf(target))})
      and k.contype = 'f' and k.confrelid <> k.conrelid limit 1`,
  });
  const version = Number(found?.rows[0]?.[0]);
  // A table that has foreign keys takes the rows of the stage where it can, and could not let go of a stage that has some as well.
  const isTied = (tied?.rows.length ?? 0) > 0;
  return inOrder(constraints).flatMap((constraint) => {
    if (isTied && constraint.type === 'foreign_key') return [];
    const key = constraintKey(target, constraint);
    const name = hasIndex(constraint) ? temporaryName(stage.name, key) : (constraint.name ?? key);
    const place = { table: stage, key, name, version };
    return [...requireKey(constraint, constraints, place, target), ...add(constraint, place)];
  });
}

/** A constraint that stands on the table. */
interface Standing {
  readonly name: string;
  readonly key: string;
  /** Columns that it keeps from being NULL. */
  readonly required: readonly string[];
}

function standingQuery(target: Relation): Statement {
  return {
    sql: `select k.conname, pg_catalog.obj_description(k.oid, 'pg_constraint'), k.contype, (select pg_catalog.json_agg(a.attname order by a.attnum)
      from pg_catalog.pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
      from pg_catalog.pg_constraint k where k.conrelid = pg_catalog.to_regclass(${quoteText(nameOf(target))}) order by k.conname`,
  };
}

async function findStanding(
  target: Relation,
  look: RenderContext['look'],
): Promise<{ readonly version: number; readonly standing: readonly Standing[] }> {
  const [version, found] = await look(versionQuery, standingQuery(target));
  const standing = (found?.rows ?? []).map(([name, comment, kind, columns]): Standing => {
    const key = isConstraintKey(comment === null ? null : String(comment)) ? String(comment) : String(name);
    const requires = kind === 'p' || key.endsWith('_req');
    // The query makes a list of texts.
    return { name: String(name), key, required: requires ? (JSON.parse(String(columns ?? '[]')) as string[]) : [] };
  });
  return { version: Number(version?.rows[0]?.[0]), standing };
}

/** Those of ours that nobody asks for. A key leaves behind that its columns cannot be NULL. */
function dropStale(target: Relation, standing: readonly Standing[], wanted: ReadonlyMap<string, WantedConstraint>): readonly Statement[] {
  const required = new Set(
    [...wanted.values()].flatMap(({ type, columns }) => (type === 'not_null' || type === 'primary_key' ? columns : [])),
  );
  const alter = `alter table ${nameOf(target)}`;
  return standing
    .filter(({ key }) => isConstraintKey(key) && !wanted.has(key))
    .flatMap(({ name, required: columns }) => [
      `${alter} drop constraint ${quoteIdentifier(name)}`,
      ...columns
        .filter((column) => !required.has(column))
        .map((column) => `${alter} alter column ${quoteIdentifier(column)} drop not null`),
    ])
    .map((sql) => ({ sql }));
}

const byKey = (target: Relation, constraints: readonly WantedConstraint[]): ReadonlyMap<string, WantedConstraint> =>
  new Map(inOrder(constraints).map((constraint) => [constraintKey(target, constraint), constraint]));

export async function releaseConstraints(
  { target, constraints }: ReleaseConstraints,
  { look }: RenderContext,
): Promise<readonly Statement[]> {
  const { standing } = await findStanding(target, look);
  return dropStale(target, standing, byKey(target, constraints));
}

export async function syncConstraints(
  { target, stage, constraints }: SyncConstraints,
  { look }: RenderContext,
): Promise<readonly Statement[]> {
  const { version, standing } = await findStanding(target, look);
  const wanted = byKey(target, constraints);
  const present = new Set(standing.map(({ key }) => key));
  const made = [...wanted].flatMap(([key, constraint]): readonly Statement[] => {
    if (present.has(key)) return [];
    const name = constraint.name ?? key;
    const passing = stage === undefined ? undefined : temporaryName(stage.name, key);
    if (passing === undefined || !present.has(passing)) return add(constraint, { table: target, key, name, version });
    const rename = `alter table ${nameOf(target)} rename constraint ${quoteIdentifier(passing)} to ${quoteIdentifier(name)}`;
    return [rename, ...(name === constraint.name ? [mark(target, name, key)] : [])].map((sql) => ({ sql, constraint: key }));
  });
  return [...dropStale(target, standing, wanted), ...made];
}
