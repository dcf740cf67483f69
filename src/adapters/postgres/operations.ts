/** Renders each operation into the statements that PostgreSQL runs. */
import type { AlterColumns, AppendQuery, Drop, OperationRenderers, RenderContext, StageQuery } from '../../adapter/operation.ts';
import { settleEventsSql } from '../../adapter/event-sql.ts';
import { inRange } from '../../adapter/range-sql.ts';
import { embed } from '../../adapter/statement.ts';
import type { Query, Statement } from '../../adapter/statement.ts';
import { releaseConstraints, stageConstraints, syncConstraints } from './constraints.ts';
import { applyChangesSql, stageChangesStatement } from '../../adapter/version-sql.ts';
import { dialect } from './dialect.ts';
import { columnList, deleteInsert, insertAll, merge } from './increments.ts';
import { bug } from '../../diagnostics/bug.ts';
import { replacePartitions } from './partitions/replace-partitions.ts';
import { requireOwnPartitions } from './partitions/standing-table.ts';
import { stagePartitions } from './partitions/stage-partitions.ts';
import { publishMaterialized } from './publish/publish-materialized.ts';
import { publishStage } from './publish/publish-stage.ts';
import { publishView } from './publish/publish-view.ts';
import { quoteIdentifier } from './quoting.ts';
import { blankSemicolons } from '../../adapter/sql-tokens.ts';
import { describe, grant, stageIndexes, syncIndexes } from './storage.ts';

const name = dialect.relation;

function each(...statements: readonly string[]): readonly Statement[] {
  return statements.map((sql) => ({ sql }));
}

function appendQuery({ target, columns, query }: AppendQuery): readonly Statement[] {
  const list = columnList(columns);
  const sql = blankSemicolons(query.sql);
  return [embed(`insert into ${name(target)} (${list}) select ${list} from (\n`, { ...query, sql }, '\n) as increment')];
}

/** The newline before the parenthesis ends a trailing line comment of the user. Same length, so offsets stay. */
function wrap(prefix: string, query: Query): Statement {
  return embed(`${prefix} as (\n`, { ...query, sql: blankSemicolons(query.sql) }, '\n)');
}

/** Never with what depends on it: a view of somebody else would go with the table, and so would a partition. */
async function dropRelation({ relation, relationKind, temporary }: Drop, { look }: RenderContext): Promise<readonly Statement[]> {
  if (relationKind === 'table' && !temporary) await requireOwnPartitions(relation, look);
  return each(`drop ${relationKind} ${name(relation)}`);
}

function stageQuery({ stage, temporary, unlogged, query }: StageQuery): readonly Statement[] {
  return [wrap(`create ${temporary ? 'temp ' : unlogged === true ? 'unlogged ' : ''}table ${name(stage)}`, query)];
}

/** One statement, so that the table is written anew at most once. */
function alterColumns({ target, add, drop: dropped, retype }: AlterColumns): readonly Statement[] {
  const changes = [
    ...add.map((column) => `add column ${quoteIdentifier(column.name)} ${column.type}`),
    ...dropped.map((column) => `drop column ${quoteIdentifier(column)}`),
    ...retype.map((column) => {
      const quoted = quoteIdentifier(column.name);
      return `alter column ${quoted} set data type ${column.type} using cast(${quoted} as ${column.type})`;
    }),
  ];
  return changes.length === 0 ? [] : each(`alter table ${name(target)} ${changes.join(', ')}`);
}

export const operations: OperationRenderers = {
  'create-schema': ({ schema }) => each(`create schema if not exists ${quoteIdentifier(schema)}`),
  'stage-query': stageQuery,
  'stage-view': ({ stage, query }) => [wrap(`create temp view ${name(stage)}`, query)],
  'stage-columns': ({ stage, temporary, columns }) => {
    const definitions = columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`);
    return each(`create ${temporary ? 'temp ' : ''}table ${name(stage)} (${definitions.join(', ')})`);
  },
  'publish-stage': publishStage,
  'publish-view': publishView,
  'publish-materialized': publishMaterialized,
  'write-files': ({ path }) => bug(`files at ${path}, which the engine does not write`),
  'read-files': ({ path }) => bug(`files at ${path}, which the engine does not read`),
  append: ({ stage, target, columns }) => each(insertAll(stage, target, columns)),
  'append-query': appendQuery,
  'delete-insert': deleteInsert,
  'replace-range': ({ stage, target, columns, column, from, to }) =>
    each(`delete from ${name(target)} where ${inRange(quoteIdentifier(column), from, to)}`, insertAll(stage, target, columns)),
  'stage-partitions': stagePartitions,
  'replace-partitions': replacePartitions,
  merge,
  'settle-events': (operation) => each(...settleEventsSql(operation, { ...dialect, rowId: 'ctid' })),
  'stage-changes': (operation) => [stageChangesStatement(operation, dialect, blankSemicolons)],
  'apply-changes': (operation) => each(...applyChangesSql(operation, dialect)),
  'alter-columns': alterColumns,
  drop: dropRelation,
  'stage-constraints': stageConstraints,
  'release-constraints': releaseConstraints,
  'sync-constraints': syncConstraints,
  'stage-indexes': stageIndexes,
  'sync-indexes': syncIndexes,
  describe,
  grant,
  'run-sql': ({ query }) => [{ ...embed('', query), script: true }],
};
