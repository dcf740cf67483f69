/** Puts indexes and comments of an old table on the new one. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import { runStatements } from './perform.ts';

/** Gives a warning for each index whose columns are gone; a comment on such a column needs none. */
export async function reattach(
  adapter: Adapter,
  connection: Connection,
  { target, attachments }: Omit<Extract<Action, { kind: 'reattach' }>, 'kind'>,
  where: Where,
): Promise<readonly Diagnostic[]> {
  const fold = adapter.dialect.foldIdentifier;
  const needsColumns = attachments.some(({ columns }) => columns.length > 0);
  const present = new Set((needsColumns ? await adapter.catalog.columns(connection, target, false) : []).map(({ name }) => fold(name)));
  const missing = attachments.map((attachment) => ({
    attachment,
    gone: attachment.columns.filter((column) => !present.has(fold(column))),
  }));
  for (const { attachment, gone } of missing) {
    if (gone.length > 0) continue;
    const { kind, name, sql } = attachment;
    // One by one: an error names the statement that met it only with its place, which not every error has.
    await runStatements(connection, { sql, recreates: { what: `the ${kind} \`${name}\``, relation: target, dependents: [] } });
  }
  return missing
    .filter(({ attachment, gone }) => (attachment.kind === 'index' || attachment.kind === 'constraint') && gone.length > 0)
    .map(({ attachment: { kind, name }, gone }) =>
      diagnose('index-not-kept', { kind, index: name, relation: `${target.schema}.${target.name}`, columns: gone }, where),
    );
}
