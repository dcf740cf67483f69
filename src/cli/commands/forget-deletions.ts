/** `tx state gc --deletions <days>`: entries of deleted keys that no event can be late enough for any more. */
import { bug } from '../../diagnostics/bug.ts';
import type { Relation } from '../../adapter/relation.ts';
import { beginWith, commitWith } from '../../execute/perform.ts';
import type { CompiledModel } from '../../compile/compiled.ts';
import { countOf } from '../../report/quantities.ts';
import { deletionsRelation, isDeletionsTable } from '../../plan/deletions-table.ts';
import type { OpenTarget } from '../ask-target.ts';
import { shownRelation } from '../known-relations.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { lockTimeoutMs } from '../read-options.ts';
import type { Screen } from '../screen.ts';
import type { StateOptions } from './state-options.ts';

/** A table of deleted keys, and how many of its entries may go. */
interface OldDeletions {
  readonly model: Relation;
  readonly table: Relation;
  readonly entries: number;
  /** SQL that is true of them. */
  readonly isOld: string;
}

type Found = OldDeletions | { readonly table: Relation; readonly left: string };

/** Counts them, or with `--yes` deletes them. Events are as old as they are beside the newest one: a source that stands still makes none old. */
export async function forgetDeletions(screen: Screen, open: OpenTarget, loaded: LoadedGraph, options: StateOptions): Promise<void> {
  const found = await findOld(open, loaded, options.deletions ?? bug('no age of deletions'));
  if (found.length === 0) return screen.note('no model of this target remembers deletions');
  for (const each of found) {
    const name = shownRelation(each.table);
    if ('left' in each) screen.note(`left ${name}: ${each.left}`);
    else if (options.yes !== true) screen.note(`${countOf(each.entries, 'entry', 'entries')} of ${name} could be forgotten`);
    else screen.note(`forgot ${countOf(await forget(open, each, options), 'entry', 'entries')} of ${name}`);
  }
}

async function findOld({ adapter, connection }: OpenTarget, { graph }: LoadedGraph, days: number): Promise<readonly Found[]> {
  const { dialect } = adapter;
  const models = [...graph.nodes.values()].filter(
    (node): node is CompiledModel => node.resourceType === 'model' && node.config.events?.deleteWhen !== undefined,
  );
  const catalog = await adapter.catalog.relations(connection, [...new Set(models.map(({ relation }) => relation.schema))]);
  const standing = new Map(catalog.map((entry) => [shownRelation(entry.relation), entry]));
  const found: Found[] = [];
  for (const { relation: model, config } of models) {
    const table = deletionsRelation(model);
    const entry = standing.get(shownRelation(table));
    if (entry === undefined || !isDeletionsTable(entry) || !standing.has(shownRelation(model))) continue;
    const name = config.events?.sequenceBy ?? '';
    const column = entry.columns.find((each) => dialect.foldIdentifier(each.name) === dialect.foldIdentifier(name));
    if (column === undefined || !/^(?:date|timestamp)/i.test(column.type)) {
      found.push({ table, left: `\`${name}\` is no time, and does not say how old an event is` });
      continue;
    }
    const sequence = dialect.quoteIdentifier(column.name);
    const newest = [model, table].map((each) => `select max(${sequence}) as newest from ${dialect.relation(each)}`).join(' union all ');
    const isOld = `${sequence} < (select max(newest) - interval '${days} days' from (${newest}) as both_tables)`;
    const { rows } = await connection.query({ sql: `select count(*) from ${dialect.relation(table)} where ${isOld}` });
    found.push({ model, table, entries: Number(rows[0]?.[0] ?? 0), isOld });
  }
  return found;
}

/** Under the lock of the model: a run may be about to look at them. */
async function forget({ adapter, connection }: OpenTarget, { model, table, isOld }: OldDeletions, options: StateOptions): Promise<number> {
  const isShared = adapter.capabilities.runLock === 'relation';
  await beginWith(connection, isShared ? { label: 'tx', locks: [model], lockTimeoutMs: lockTimeoutMs(options) } : {});
  const count = await connection.run({ sql: `delete from ${adapter.dialect.relation(table)} where ${isOld}` });
  await commitWith(connection);
  return count;
}
