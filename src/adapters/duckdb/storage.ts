/** Renders how a relation is kept: indexes and comments. */
import { indexName, isIndexName } from '../../adapter/index-name.ts';
import type { Describe, RenderContext, SyncIndexes } from '../../adapter/operation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

const entry = (column: string): string => (column.startsWith('(') ? column : quoteIdentifier(column));

/** Method, condition and columns beside the key are not known to the engine: the plan has said so. */
export async function syncIndexes({ target, indexes }: SyncIndexes, { look }: RenderContext): Promise<readonly Statement[]> {
  const [found] = await look({
    sql: `select index_name from duckdb_indexes() where database_name = current_database() and lower(schema_name) = lower(${quoteText(target.schema)}) and lower(table_name) = lower(${quoteText(target.name)})`,
  });
  const present = new Set((found?.rows ?? []).map(([name]) => String(name)));
  const wanted = new Map(indexes.map((index) => [indexName(target, index), index]));
  const drops = [...present]
    .filter((name) => isIndexName(name) && !wanted.has(name))
    .map((name) => ({ sql: `drop index ${dialect.relation({ schema: target.schema, name })}` }));
  const makes = [...wanted]
    .filter(([name]) => !present.has(name))
    .map(([name, { columns, unique }]) => ({
      sql: `create ${unique ? 'unique ' : ''}index ${quoteIdentifier(name)} on ${dialect.relation(target)} (${columns.map(entry).join(', ')})`,
    }));
  return [...drops, ...makes];
}

export async function describe(
  { target, relationKind, comment, columns }: Describe,
  { look }: RenderContext,
): Promise<readonly Statement[]> {
  const name = dialect.relation(target);
  const [answer] = Object.keys(columns).length === 0 ? [] : await look({ sql: `select * from ${name} limit 0` });
  const present = new Set((answer?.columns ?? []).map((column) => dialect.foldIdentifier(column.name)));
  return [
    ...(comment === undefined ? [] : [{ sql: `comment on ${relationKind} ${name} is ${quoteText(comment)}` }]),
    ...Object.entries(columns)
      .filter(([column]) => present.has(dialect.foldIdentifier(column)))
      .map(([column, text]) => ({ sql: `comment on column ${name}.${quoteIdentifier(column)} is ${quoteText(text)}` })),
  ];
}
