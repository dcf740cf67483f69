/** Binds queries against the scratch database, in batches. */
import type { BindRequest, Binding, BoundColumn } from '../../../adapter/analysis.ts';
import type { BindContext } from './bind-context.ts';
import { bindUnshown } from './bind-unshown.ts';
import { describePlan } from './describe-plan.ts';
import { withPositionsBefore } from './edited-positions.ts';
import { declaredFileEdits } from './file-readers.ts';
import { applyEdits } from '../../../adapter/query-edits.ts';
import type { QueryEdit } from '../../../adapter/query-edits.ts';
import { looksInvented } from './output-columns.ts';
import { isUnshown, planErrorDetails } from './plan-error.ts';
import type { PlanError } from './plan-error.ts';
import { findUnnamed } from './query-tree.ts';
import { mayReadMore } from './reads-more.ts';
import { readPlan, readTrees, requestPlans, wrapped, wrapperLength } from './read-plans.ts';
import type { QueryPlan } from './read-plans.ts';

/** A query that is ready to be bound, and what was changed in it. */
interface Prepared {
  readonly sql: string;
  readonly edits: readonly QueryEdit[];
  readonly meaning: boolean;
}

interface Batch {
  readonly queries: readonly Prepared[];
  readonly texts: readonly string[];
}

/** Enough to make the round trip cheap, few enough to keep little JSON in memory. */
const batchSize = 32;

/** Binds queries; those that are refused once more where tables were away that they may name without saying so. */
export async function bindQueries(context: BindContext, requests: readonly BindRequest[]): Promise<readonly Binding[]> {
  const first = await bindInBatches(context, requests);
  if (first.every(({ kind }) => kind === 'bound') || !(await context.tables.putBackAll())) return first;
  const refused = requests.flatMap(({ reads: _reads, ...request }, at) => (first[at]?.kind === 'refused' ? [request] : []));
  const again = await bindInBatches(context, refused);
  let next = 0;
  return first.map((binding) => (binding.kind === 'bound' ? binding : (again[next++] ?? binding)));
}

/** While one batch is read here, the engine binds the next. */
async function bindInBatches(context: BindContext, requests: readonly BindRequest[]): Promise<readonly Binding[]> {
  const bindings: Binding[] = [];
  let batch = await startBatch(context, requests.slice(0, batchSize));
  for (let from = batchSize; batch.queries.length > 0; from += batchSize) {
    const [following, read] = await Promise.all([startBatch(context, requests.slice(from, from + batchSize)), readBatch(context, batch)]);
    bindings.push(...read);
    batch = following;
  }
  return bindings;
}

async function startBatch(context: BindContext, requests: readonly BindRequest[]): Promise<Batch> {
  if (requests.length === 0) return { queries: [], texts: [] };
  await context.tables.prepare(requests);
  const queries = await prepare(context, requests);
  return {
    queries,
    texts: await requestPlans(
      context.connection,
      queries.map(({ sql }) => wrapped(sql)),
    ),
  };
}

/** Puts declared relations in the place of files; most queries read none. */
async function prepare({ connection }: BindContext, requests: readonly BindRequest[]): Promise<readonly Prepared[]> {
  const overFiles = requests.filter(({ files = [] }) => files.length > 0);
  const trees = await readTrees(
    connection,
    overFiles.map(({ sql }) => sql),
  );
  return requests.map((request) => {
    const at = overFiles.indexOf(request);
    const edits = at < 0 ? [] : declaredFileEdits(request, trees[at]);
    return { sql: applyEdits(request.sql, edits), edits, meaning: request.meaning === true };
  });
}

async function readBatch(context: BindContext, { queries, texts }: Batch): Promise<readonly Binding[]> {
  const bindings: Binding[] = [];
  for (const [at, query] of queries.entries()) {
    // One plan at a time: it is many times larger than what is kept of it.
    const read = readBinding(context, query, readPlan(texts[at] ?? ''));
    bindings.push(withPositionsBefore(query.edits, read === 'unshown' ? await bindUnshown(context, query.sql) : read));
  }
  return markUnnamed(context, queries, bindings);
}

function readBinding(context: BindContext, { sql, meaning }: Prepared, plan: QueryPlan | PlanError): Binding | 'unshown' {
  if (!('error' in plan)) {
    const query = describePlan(plan, sql, context, { meaning });
    return { kind: 'bound', query: mayReadMore(sql) ? { ...query, mayReadMore: true } : query };
  }
  return isUnshown(plan) ? 'unshown' : { kind: 'refused', error: planErrorDetails(plan, wrapped(sql), wrapperLength) };
}

/** Asks the parser about names that look invented; most queries have none. */
async function markUnnamed(
  { connection }: BindContext,
  queries: readonly Prepared[],
  bindings: readonly Binding[],
): Promise<readonly Binding[]> {
  const suspects = bindings.flatMap((binding, at) =>
    binding.kind === 'bound' && binding.query.columns.some(({ name }) => looksInvented(name)) ? [at] : [],
  );
  const trees = await readTrees(
    connection,
    suspects.map((at) => queries[at]?.sql ?? ''),
  );
  return bindings.map((binding, at) => {
    const nth = suspects.indexOf(at);
    if (nth < 0 || binding.kind === 'refused') return binding;
    const { columns } = binding.query;
    const unnamed = findUnnamed(trees[nth], columns.length);
    const marked = columns.map((column, place): BoundColumn =>
      unnamed.has(place) && looksInvented(column.name) ? { ...column, unnamed: true } : column,
    );
    return { kind: 'bound', query: { ...binding.query, columns: marked } };
  });
}
