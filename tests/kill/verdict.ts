/** Says what is wrong with a database after a kill, and after the run that followed it. */
import type { KillOperation } from './operations.ts';
import type { Snapshot } from './snapshot.ts';

export type ViolationKind = 'content' | 'orphan' | 'state' | 'together' | 'order' | 'header' | 'rerun';

export interface Violation {
  readonly kind: ViolationKind;
  readonly text: string;
}

/** What is known of an operation that nobody kills; all runs start from `before`. */
export interface Baseline {
  readonly before: Snapshot;
  /** After the run, under the id of the run that will be killed. */
  readonly once: Snapshot;
  /** After that run and the one that follows it. */
  readonly twice: Snapshot;
}

export const killedRun = 'killed';
export const nextRun = 'next';

const statusesOf = (snapshot: Snapshot, runId: string): readonly string[] =>
  snapshot.runs.filter((run) => run.runId === runId).map((run) => run.status);

function keysOf(...snapshots: readonly Snapshot[]): ReadonlySet<string> {
  return new Set(snapshots.flatMap((snapshot) => [...snapshot.relations.keys()]));
}

/** Relations that the run changes, and which of them have changed in `after`. */
export function changedRelations(baseline: Baseline, after: Snapshot): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const key of keysOf(baseline.before, baseline.once)) {
    const wanted = baseline.once.relations.get(key);
    if (wanted !== baseline.before.relations.get(key) && after.relations.get(key) === wanted) changed.add(key);
  }
  return changed;
}

/** What must hold at any moment, whenever the process died. */
export function judgeKilled(operation: KillOperation, baseline: Baseline, after: Snapshot): readonly Violation[] {
  const { before, once } = baseline;
  const violations: Violation[] = [];
  const blame = (kind: ViolationKind, text: string): void => void violations.push({ kind, text });
  const isNew = changedRelations(baseline, after);
  for (const key of keysOf(before, once, after)) {
    const found = after.relations.get(key);
    if (found !== before.relations.get(key) && found !== once.relations.get(key))
      blame('content', `${key} is neither old nor new: ${found}`);
  }
  for (const orphan of after.orphans) blame('orphan', `${orphan} was left behind`);
  judgeState(operation, baseline, after, blame);
  for (const group of operation.together ?? []) {
    const count = group.filter((key) => isNew.has(key)).length;
    if (count !== 0 && count !== group.length) blame('together', `of ${group.join(', ')} only some are new`);
  }
  for (const node of operation.run.nodes) {
    if (node.resourceType !== 'model' || !isNew.has(`${node.relation.schema}.${node.relation.name}`)) continue;
    for (const { id } of node.dependsOn) {
      const parent = operation.run.nodes.find((other) => other.id === id);
      if (parent?.resourceType !== 'model') continue;
      const key = `${parent.relation.schema}.${parent.relation.name}`;
      if (!isNew.has(key) && before.relations.get(key) !== once.relations.get(key))
        blame('order', `${node.name} is new, but ${parent.name} is not`);
    }
  }
  return violations;
}

/** A relation is new if and only if the state says that the killed run built it, with the same words as an undisturbed run. */
function judgeState(
  operation: KillOperation,
  baseline: Baseline,
  after: Snapshot,
  blame: (kind: ViolationKind, text: string) => void,
): void {
  const { before, once } = baseline;
  const isNew = changedRelations(baseline, after);
  const success = (snapshot: Snapshot, relation: string): readonly string[] =>
    snapshot.nodeRuns
      .filter((row) => row.runId === killedRun && row.status === 'success' && row.relation === relation)
      .map((row) => row.rows);
  const headers = statusesOf(after, killedRun);
  for (const node of operation.run.nodes) {
    if (node.resourceType !== 'model' && node.resourceType !== 'seed') continue;
    const key = `${node.relation.schema}.${node.relation.name}`;
    const recorded = success(after, key);
    const changes = before.relations.get(key) !== once.relations.get(key);
    // Files are in their place a moment before the commit; the next run sees that they are not those on record.
    const isInFiles = node.resourceType === 'model' && node.config.external !== undefined;
    if (changes && isNew.has(key) !== (recorded.length === 1) && !(isInFiles && recorded.length === 0))
      blame('state', `${key} is ${isNew.has(key) ? 'new' : 'old'}, but has ${recorded.length} rows of success`);
    if (recorded.length > 0 && recorded.join() !== success(once, key).join())
      blame('state', `${key} has ${recorded.join()} rows on record, not ${success(once, key).join()}`);
    const passed = after.checks.filter((row) => row.runId === killedRun && row.testedNode === node.id && row.status === 'pass').length;
    const passes = once.checks.filter((row) => row.runId === killedRun && row.testedNode === node.id && row.status === 'pass').length;
    const rejected = once.checks.some((row) => row.runId === killedRun && row.testedNode === node.id && row.status === 'fail');
    if (!rejected && passed !== (recorded.length > 0 ? passes : 0))
      blame('state', `${key} has ${passed} verdicts and ${recorded.length} rows of success`);
    if (recorded.length > 0 && !headers.includes('running')) blame('header', `${key} was built by a run without a header`);
  }
  const kept = before.nodeRuns.every((row) => after.nodeRuns.some((other) => JSON.stringify(other) === JSON.stringify(row)));
  if (!kept) blame('state', 'rows of earlier runs are gone');
  const allowed = ['', 'running', `${statusesOf(once, killedRun).toSorted().join()}`];
  if (!allowed.includes(headers.toSorted().join())) blame('header', `the killed run has the headers ${headers.join()}`);
  if (after.versions !== undefined && after.versions !== 1) blame('state', `${after.versions} versions of the state`);
}

/** What must hold after the next run, which nobody killed. `after` is the moment between the two. */
export function judgeRerun(
  operation: KillOperation,
  baseline: Baseline,
  after: Snapshot,
  rerun: Snapshot,
  status: string,
): readonly Violation[] {
  const violations: Violation[] = [];
  const blame = (text: string): void => void violations.push({ kind: 'rerun', text });
  const expected = operation.expected ?? 'success';
  if (status !== expected) blame(`the next run ended as ${status}`);
  const isNew = changedRelations(baseline, after);
  for (const key of keysOf(baseline.twice, rerun)) {
    const wanted = (isNew.has(key) ? baseline.twice : baseline.once).relations.get(key);
    if (rerun.relations.get(key) !== wanted)
      blame(`${key} is not what an undisturbed run makes: ${rerun.relations.get(key)} instead of ${wanted}`);
  }
  for (const [key, content] of baseline.once.contents) {
    const found = rerun.contents.get(key);
    if (found !== content && found !== baseline.twice.contents.get(key))
      blame(`${key} does not hold the rows that an undisturbed run leaves`);
  }
  for (const orphan of rerun.orphans) blame(`${orphan} was left behind`);
  const before = statusesOf(after, killedRun);
  const wanted = before.join() === 'running' ? 'interrupted,running' : before.toSorted().join();
  const headers = statusesOf(rerun, killedRun).toSorted().join();
  if (headers !== wanted) blame(`the killed run has the headers ${headers}, not ${wanted}`);
  const next = statusesOf(rerun, nextRun).toSorted().join();
  // After a run that had told of its end there is nothing left to do, and nothing to tell.
  const isDone = before.toSorted().join() === [expected, 'running'].toSorted().join();
  if (next !== [expected, 'running'].toSorted().join() && !(isDone && next === '')) blame(`the next run has the headers ${next}`);
  return violations;
}
