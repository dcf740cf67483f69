/** The relations that a unit test gives, with their columns and where their rows are now. */
import type { Connection } from '../../adapter/connection.ts';
import type { Column } from '../../adapter/relation.ts';
import type { CompiledRelation, NodeId } from '../../compile/compiled.ts';
import { ephemeralName } from '../../compile/node-index.ts';
import { bug } from '../../diagnostics/bug.ts';
import { diagnose, hasErrors } from '../../diagnostics/diagnostic.ts';
import { exitCodes, Stop } from '../exit.ts';
import { findUnitColumns, prepareUnitTest } from '../unit-tests.ts';
import type { QueryResult } from './row-bench.ts';
import type { SampledInput } from './sampled-rows.ts';
import { tryQuery } from './sampled-rows.ts';
import type { SampleWork } from './sample-work.ts';
import type { Draft } from './unit-test-drafts.ts';
import { filled, testRelations } from './unit-test-drafts.ts';

/** What the finding works with. */
interface Finding extends SampleWork {
  readonly connection: Connection;
}

/** `built` is what the model itself holds, as far as that is known. */
export async function findInputs(
  work: SampleWork,
  draft: Draft,
  connection: Connection,
  built: QueryResult | undefined,
): Promise<readonly SampledInput[]> {
  const { host, loaded, target, model } = work;
  const finding = { ...work, connection };
  const prepared = await prepareUnitTest(loaded, draft.node);
  if (prepared.value === undefined || hasErrors(prepared.diagnostics)) throw new Stop(exitCodes.usage, prepared.diagnostics);
  const known = await findUnitColumns(host, loaded, new Map([[draft.node.id, prepared.value]]), target);
  const inputs: SampledInput[] = [];
  for (const { input, relation } of testRelations(loaded, draft)) {
    const { id, written: called } = input;
    if (id === model.id) {
      inputs.push({ called, real: await emptySelf(finding), relation, columns: built?.columns ?? [] });
      continue;
    }
    const real = await realOf(finding, id);
    inputs.push({ called, real, relation, columns: await columnsOf(finding, called, real, known.get(id)?.columns ?? []) });
  }
  return inputs;
}

/** What a query reads in the place of a node; an ephemeral model stands nowhere, and gets a view. */
async function realOf(finding: Finding, id: NodeId): Promise<string> {
  const { loaded, times } = finding;
  const { dialect } = loaded.engine;
  const node = relationOf(loaded.graph.nodes.get(id), id);
  if (node.resourceType === 'source' && node.external !== undefined) return node.external;
  if (node.resourceType !== 'model' || node.config.materialized !== 'ephemeral') return dialect.relation(node.relation);
  const name = ephemeralName(node.name);
  await makeView(finding, name, filled(loaded, node.full, times).sql);
  return dialect.relation({ schema: dialect.temporarySchema, name });
}

/** The model itself before anything was built. */
async function emptySelf(finding: Finding): Promise<string> {
  const { loaded, model, times } = finding;
  const { dialect } = loaded.engine;
  const name = '_tx_self';
  await makeView(finding, name, `select * from (${filled(loaded, model.full, times).sql}\n) as tx_query limit 0`);
  return dialect.relation({ schema: dialect.temporarySchema, name });
}

async function makeView({ loaded, connection }: Finding, name: string, sql: string): Promise<void> {
  const { dialect } = loaded.engine;
  await connection.run({ sql: `create temporary view ${dialect.quoteIdentifier(name)} as ${sql}` });
}

/** The columns that the project knows and that stand there; without knowledge, those that stand there. */
async function columnsOf(
  { model, loaded, connection }: Finding,
  called: string,
  real: string,
  known: readonly Column[],
): Promise<readonly Column[]> {
  const { foldIdentifier: fold } = loaded.engine.dialect;
  const standing = await tryQuery({ connection, dialect: loaded.engine.dialect }, `select * from ${real} as tx_of limit 0`, 0);
  if (standing === undefined) {
    const span = { path: model.path, start: 0, end: 0 };
    throw new Stop(exitCodes.usage, [
      diagnose('generate-input-unreadable', { input: called, model: model.name }, { node: model.id, span }),
    ]);
  }
  const names = new Set(standing.columns.map(({ name }) => fold(name)));
  const both = known.filter(({ name }) => names.has(fold(name)));
  return both.length === 0 ? standing.columns : both;
}

export function relationOf(node: { readonly resourceType: string } | undefined, id: NodeId): CompiledRelation {
  if (node === undefined || !('relation' in node)) return bug(`${id} is no relation`);
  return node as CompiledRelation; // What has a relation is one.
}
