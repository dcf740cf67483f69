/** Renders the constraints that property files ask for. The engine keeps no names of them, and most it takes only with a new table. */
import type { ReleaseConstraints, RenderContext, StageQuery, SyncConstraints, WantedConstraint } from '../../adapter/operation.ts';
import type { Column, Relation } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { embed } from '../../adapter/statement.ts';
import { bug, unreachable } from '../../diagnostics/bug.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

const nameOf = dialect.relation;
const columnList = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');

function definition({ type, columns, expression = '' }: WantedConstraint): string {
  switch (type) {
    case 'not_null':
      // What it says of a column stands with the column.
      return '';
    case 'primary_key':
      return `primary key (${columnList(columns)})`;
    case 'unique':
      return `unique (${columnList(columns)})`;
    case 'check':
      return `check (${expression}\n)`;
    case 'foreign_key':
      return bug('a foreign key, which keeps a table from being replaced');
    default:
      return unreachable(type);
  }
}

/** What stands in the parentheses of `create table`. */
function tableDefinition(columns: readonly Column[], constraints: readonly WantedConstraint[]): string {
  const required = new Set(
    constraints.filter(({ type }) => type === 'not_null').flatMap((constraint) => constraint.columns.map(dialect.foldIdentifier)),
  );
  return [
    ...columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}${required.has(dialect.foldIdentifier(name)) ? ' not null' : ''}`),
    ...constraints.map(definition).filter((text) => text !== ''),
  ].join(', ');
}

async function columnsOf(source: Statement, { look }: RenderContext): Promise<readonly Column[]> {
  const [found] = await look(source);
  return (found?.rows ?? []).map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/** The rows are never without the constraints. */
export async function stageConstrained(
  { stage, temporary, query }: StageQuery,
  constraints: readonly WantedConstraint[],
  context: RenderContext,
): Promise<readonly Statement[]> {
  const columns = await columnsOf(embed('select column_name, column_type from (describe (\n', query, '\n))'), context);
  const table = `create ${temporary ? 'temp ' : ''}table ${nameOf(stage)}`;
  return [
    { sql: `${table} (${tableDefinition(columns, constraints)})`, constraint: '' },
    { ...embed(`insert into ${nameOf(stage)} select * from (\n`, query, '\n) as staged'), constraint: '' },
  ];
}

function signaturesQuery(table: Relation, temporary: boolean): Statement {
  const { schema, name } = table;
  const place = temporary
    ? `database_name = 'temp'`
    : `database_name = current_database() and lower(schema_name) = lower(${quoteText(schema)})`;
  return {
    sql: `select distinct concat_ws(' ', constraint_type, to_json(constraint_column_names), expression) from duckdb_constraints()
      where ${place} and lower(table_name) = lower(${quoteText(name)}) and constraint_type <> 'FOREIGN KEY' order by 1`,
  };
}

const describeQuery = (table: Relation): Statement => ({ sql: `select column_name, column_type from (describe ${nameOf(table)})` });

/** Constraints as the engine describes them: those that stand, and those that would stand on an empty table with the columns of `like`. */
async function compareConstraints(
  target: Relation,
  like: Relation,
  constraints: readonly WantedConstraint[],
  context: RenderContext,
): Promise<{ readonly standing: ReadonlySet<string>; readonly wanted: ReadonlySet<string> }> {
  const sample: Relation = { schema: dialect.temporarySchema, name: `_tx_like_${like.name}`.slice(0, 60) };
  const columns = await columnsOf(describeQuery(like), context);
  const made = { sql: `create or replace temp table ${quoteIdentifier(sample.name)} (${tableDefinition(columns, constraints)})` };
  const [, wanted, standing] = await context.look(made, signaturesQuery(sample, true), signaturesQuery(target, false), {
    sql: `drop table temp.${quoteIdentifier(sample.name)}`,
  });
  const textsOf = (result: typeof wanted): ReadonlySet<string> => new Set((result?.rows ?? []).map(([text]) => String(text)));
  return { standing: textsOf(standing), wanted: textsOf(wanted) };
}

/** The same table with the same rows and other constraints. Indexes and comments are put back by whoever asked for this. */
async function rebuild(target: Relation, constraints: readonly WantedConstraint[], context: RenderContext): Promise<readonly Statement[]> {
  const columns = await columnsOf(describeQuery(target), context);
  const fresh: Relation = { schema: target.schema, name: `_tx_again_${target.name}` };
  return [
    `create table ${nameOf(fresh)} (${tableDefinition(columns, constraints)})`,
    `insert into ${nameOf(fresh)} select * from ${nameOf(target)}`,
    `drop table ${nameOf(target)}`,
    `alter table ${nameOf(fresh)} rename to ${quoteIdentifier(target.name)}`,
  ].map((sql) => ({ sql, constraint: '' }));
}

/** A table that has a constraint too much goes on without any; those that are wanted come back once the rows are there. */
export async function releaseConstraints(
  { target, stage, constraints }: ReleaseConstraints,
  context: RenderContext,
): Promise<readonly Statement[]> {
  const { standing, wanted } = await compareConstraints(target, stage, constraints, context);
  return [...standing].every((text) => wanted.has(text)) ? [] : rebuild(target, [], context);
}

export async function syncConstraints({ target, constraints }: SyncConstraints, context: RenderContext): Promise<readonly Statement[]> {
  const { standing, wanted } = await compareConstraints(target, target, constraints, context);
  const isSame = standing.size === wanted.size && [...standing].every((text) => wanted.has(text));
  return isSame ? [] : rebuild(target, constraints, context);
}
