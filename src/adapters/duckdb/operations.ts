/** Renders each operation into the statements that DuckDB runs fastest and replays safely after a kill. */
import type {
  AlterColumns,
  AppendQuery,
  DeleteInsert,
  Merge,
  OperationRenderers,
  PublishStage,
  PublishView,
  RenderContext,
  StageQuery,
} from '../../adapter/operation.ts';
import type { Relation, RelationKind } from '../../adapter/relation.ts';
import { settleEventsSql } from '../../adapter/event-sql.ts';
import { incomingRows } from '../../adapter/incoming-rows.ts';
import type { IncomingRows } from '../../adapter/incoming-rows.ts';
import { replacePartitionsSql } from '../../adapter/replace-partitions-sql.ts';
import { inRange } from '../../adapter/range-sql.ts';
import { embed } from '../../adapter/statement.ts';
import type { Query, Statement } from '../../adapter/statement.ts';
import { applyChangesSql, stageChangesStatement } from '../../adapter/version-sql.ts';
import { bug } from '../../diagnostics/bug.ts';
import { readFiles, writeFiles } from './external-files.ts';
import { releaseConstraints, stageConstrained, syncConstraints } from './constraints.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier } from './quoting.ts';
import { describe, syncIndexes } from './storage.ts';
import { blankSemicolons } from '../../adapter/sql-tokens.ts';

const name = dialect.relation;

function each(...statements: readonly string[]): readonly Statement[] {
  return statements.map((sql) => ({ sql }));
}

function columnList(columns: readonly string[]): string {
  return columns.map(quoteIdentifier).join(', ');
}

function insertAll(stage: Relation, target: Relation, columns: readonly string[]): string {
  const list = columnList(columns);
  return `insert into ${name(target)} (${list}) select ${list} from ${name(stage)}`;
}

function appendQuery({ target, columns, query }: AppendQuery): readonly Statement[] {
  const list = columnList(columns);
  // The newline before the parenthesis ends a trailing line comment of the user.
  return [embed(`insert into ${name(target)} (${list}) select ${list} from (\n`, withoutEnds(query), '\n) as increment')];
}

/** Which row of the table a staged row takes the place of. */
function matching(key: readonly string[], rows: IncomingRows): string {
  if (key.length === 0) return bug('a keyed operation without key columns');
  return key.map((column) => `target.${quoteIdentifier(column)} = ${rows.column(column)}`).join(' and ') + rows.predicates;
}

/** The query as it can stand in parentheses. Same length, so offsets stay. */
function withoutEnds(query: Query): Query {
  return { ...query, sql: blankSemicolons(query.sql) };
}

/** The newline before the parenthesis ends a trailing line comment of the user. */
function wrap(prefix: string, query: Query): Statement {
  return embed(`${prefix} as (\n`, withoutEnds(query), '\n)');
}

function drop(relation: Relation, kind: RelationKind): string {
  return `drop ${kind} ${name(relation)}`;
}

function stageQuery(operation: StageQuery, context: RenderContext): readonly Statement[] | Promise<readonly Statement[]> {
  const { stage, temporary, query, constraints } = operation;
  if (constraints !== undefined) return stageConstrained({ ...operation, query: withoutEnds(query) }, constraints, context);
  return [wrap(`create ${temporary ? 'temp ' : ''}table ${name(stage)}`, query)];
}

function publishStage({ stage, target, existing }: PublishStage): readonly Statement[] {
  if (stage.schema !== target.schema) return bug(`${stage.name} cannot be published from another schema`);
  const rename = `alter table ${name(stage)} rename to ${quoteIdentifier(target.name)}`;
  return existing === undefined ? each(rename) : each(drop(target, existing), rename);
}

/**
 * Creating a view binds it, so no second statement is needed to prove that it can be read. What stands there goes first:
 * `create or replace` would bind a query that reads the view, directly or through others, to the old one.
 */
function publishView({ target, existing, query }: PublishView): readonly Statement[] {
  const create = wrap(`create view ${name(target)}`, query);
  if (existing === undefined) return [create];
  // A hook may have dropped the view already.
  return [...each(existing === 'table' ? drop(target, 'table') : `drop view if exists ${name(target)}`), create];
}

function deleteInsert(operation: DeleteInsert): readonly Statement[] {
  const { stage, target, columns, key } = operation;
  const rows = incomingRows(operation, dialect);
  return each(`delete from ${name(target)} as target using ${rows.source} where ${matching(key, rows)}`, insertAll(stage, target, columns));
}

function merge(operation: Merge): readonly Statement[] {
  const { target, columns, key, updates: changed } = operation;
  const rows = incomingRows(operation, dialect);
  const keys = new Set(key.map(dialect.foldIdentifier));
  const updates = (changed ?? columns.filter((column) => !keys.has(dialect.foldIdentifier(column)))).map(
    (column) => `${quoteIdentifier(column)} = ${rows.column(column)}`,
  );
  const update = updates.length === 0 ? '' : ` when matched then update set ${updates.join(', ')}`;
  return each(
    `merge into ${name(target)} as target using ${rows.source} on ${matching(key, rows)}${update}` +
      ` when not matched then insert (${columnList(columns)}) values (${columns.map(rows.column).join(', ')})`,
  );
}

/** No DEFAULT and no USING: their replay after a kill can make the file unreadable. */
function alterColumns({ target, add, drop: dropped, retype }: AlterColumns): readonly Statement[] {
  const alter = `alter table ${name(target)}`;
  const statements = [
    ...add.map((column) => `${alter} add column ${quoteIdentifier(column.name)} ${column.type}`),
    ...dropped.map((column) => `${alter} drop column ${quoteIdentifier(column)}`),
    ...retype.map((column) => `${alter} alter column ${quoteIdentifier(column.name)} set data type ${column.type}`),
  ];
  return each(...statements);
}

export const operations: OperationRenderers = {
  'create-schema': ({ schema }) => each(`create schema if not exists ${quoteIdentifier(schema)}`),
  'stage-query': stageQuery,
  'stage-view': ({ stage, query }) => [wrap(`create temp view ${quoteIdentifier(stage.name)}`, query)],
  'stage-columns': ({ stage, temporary, columns }) => {
    const definitions = columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`);
    return each(`create ${temporary ? 'temp ' : ''}table ${name(stage)} (${definitions.join(', ')})`);
  },
  'stage-partitions': ({ stage }) => bug(`partitions of ${stage.name}, which the engine does not have`),
  'publish-stage': publishStage,
  'publish-view': publishView,
  'write-files': writeFiles,
  'read-files': readFiles,
  append: ({ stage, target, columns }) => each(insertAll(stage, target, columns)),
  'append-query': appendQuery,
  'delete-insert': deleteInsert,
  'replace-range': ({ stage, target, columns, column, from, to }) =>
    each(`delete from ${name(target)} where ${inRange(quoteIdentifier(column), from, to)}`, insertAll(stage, target, columns)),
  'replace-partitions': (operation) => each(...replacePartitionsSql(operation, dialect)),
  merge,
  'settle-events': (operation) => each(...settleEventsSql(operation, { ...dialect, rowId: 'rowid' })),
  'stage-changes': (operation) => [stageChangesStatement(operation, dialect, blankSemicolons)],
  'apply-changes': (operation) => each(...applyChangesSql(operation, dialect)),
  'alter-columns': alterColumns,
  drop: ({ relation, relationKind }) => each(drop(relation, relationKind)),
  'publish-materialized': ({ target }) => bug(`a materialized view ${target.name}, which the engine does not know`),
  'stage-constraints': ({ stage }) => bug(`constraints on ${stage.name}, which has its rows already`),
  'release-constraints': releaseConstraints,
  'sync-constraints': syncConstraints,
  'stage-indexes': ({ stage }) => bug(`indexes of ${stage.name} before it is published`),
  'sync-indexes': syncIndexes,
  describe,
  grant: ({ target }) => bug(`rights on ${target.name} where there are no others`),
  'run-sql': ({ query }) => [{ ...embed('', query), script: true }],
};
