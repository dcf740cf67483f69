/** Follows a run step by step: which results belong together, how far it is, and what it came to. */
import { auditsIn } from '../plan/audits-in.ts';
import type { NodeResult } from '../execute/events.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep, Plan, TestStep, UnchangedStep, UnitStep } from '../plan/plan.ts';

/** A step of which something is told. */
export type WorkStep = BuildStep | TestStep | UnitStep | UnchangedStep;

/** A step that leaves results: of its node, of the tests that it carries, or both. */
export interface StepProgress {
  readonly step: WorkStep;
  readonly title: string;
  /** What kind of work it is, in one or two words. */
  readonly kind: string;
  /** Ids that will have a result. */
  readonly ids: readonly string[];
  /** The id under which the executor says that it started. */
  readonly startId: string;
  readonly results: NodeResult[];
}

export interface Tally {
  ok: number;
  /** Nothing had to be done, and it is well. */
  unchanged: number;
  failed: number;
  warned: number;
  skipped: number;
  cancelled: number;
}

/** All steps of a run. */
export interface RunProgress {
  readonly steps: readonly StepProgress[];
  /** Number of results that the run will have. */
  readonly total: number;
  readonly tally: Tally;
  /** Number of results so far. */
  readonly finished: () => number;
  /** The step that a `node-started` event speaks of. */
  readonly start: (id: string) => StepProgress | undefined;
  /** Takes a result in; gives its step once that has all of its results. */
  readonly finish: (result: NodeResult) => StepProgress | undefined;
}

type Audit = Extract<Action, { kind: 'audit' }>;

function testsOf(audit: Audit): readonly { readonly id: string; readonly name: string; readonly kind: string }[] {
  return [
    ...audit.checks.map(({ id, name, check }) => ({ id, name, kind: check })),
    ...audit.queries.map(({ id, name, check = 'singular' }) => ({ id, name, kind: check })),
  ];
}

/** The name of a node by its id: what comes after resource type and project. */
export function nameOf(id: string): string {
  return id.split('.').slice(2).join('.') || id;
}

/** Tests that a step carries. */
export function stepTests(step: WorkStep): ReturnType<typeof testsOf> {
  if (step.kind === 'unit') return [{ id: step.test.id, name: step.test.name, kind: 'unit' }];
  if (step.kind === 'test') return testsOf(step.audit);
  if (step.kind === 'unchanged') return step.tests.map(({ id, name, check }) => ({ id, name, kind: check }));
  return auditsIn(step.transaction).flatMap(testsOf);
}

/** `incremental merge`, `view`, `seed`. */
export function describeBuild(step: BuildStep): string {
  return step.strategy === undefined ? step.materialization : `${step.materialization} ${step.strategy}`;
}

function followStep(step: WorkStep): StepProgress {
  const tests = stepTests(step);
  if (step.kind === 'build') {
    return {
      step,
      title: step.name,
      kind: describeBuild(step),
      ids: [step.node, ...tests.map((test) => test.id)],
      startId: step.node,
      results: [],
    };
  }
  if (step.kind === 'unchanged' && step.build !== undefined) {
    const { node, name, materialization: kind } = step.build;
    return { step, title: name, kind, ids: [node, ...tests.map((test) => test.id)], startId: node, results: [] };
  }
  const [first] = tests;
  const ids = tests.map((test) => test.id);
  if (first === undefined) return { step, title: step.id, kind: 'tests', ids, startId: step.id, results: [] };
  if (tests.length === 1) return { step, title: first.name, kind: first.kind, ids, startId: first.id, results: [] };
  const node = step.kind === 'test' ? step.node : undefined;
  const title = node === undefined ? first.name : nameOf(node);
  return { step, title, kind: `${tests.length} tests`, ids, startId: node ?? first.id, results: [] };
}

/** Follows the steps of `plan`, in its order. */
export function followRun(plan: Plan): RunProgress {
  const steps = plan.steps.flatMap((step) => (step.kind === 'gate' ? [] : [followStep(step)]));
  const byResult = new Map<string, StepProgress>();
  const byStart = new Map<string, StepProgress[]>();
  for (const entry of steps) {
    for (const id of entry.ids) byResult.set(id, entry);
    // Nothing of it is ever started: who says so of its node is the step that runs some of its tests.
    if (entry.step.kind === 'unchanged') continue;
    const same = byStart.get(entry.startId);
    if (same === undefined) byStart.set(entry.startId, [entry]);
    else same.push(entry);
  }
  const tally: Tally = { ok: 0, unchanged: 0, failed: 0, warned: 0, skipped: 0, cancelled: 0 };
  return {
    steps,
    total: byResult.size,
    tally,
    finished: () => tally.ok + tally.unchanged + tally.failed + tally.warned + tally.skipped + tally.cancelled,
    start: (id) => byStart.get(id)?.shift(),
    finish: (result) => {
      count(tally, result);
      const entry = byResult.get(result.id);
      if (entry === undefined) return undefined;
      entry.results.push(result);
      return entry.results.length === entry.ids.length ? entry : undefined;
    },
  };
}

function count(tally: Tally, result: NodeResult): void {
  if (isFailed(result)) tally.failed += 1;
  else if (result.status === 'warn') tally.warned += 1;
  else if (result.status === 'skipped') tally.skipped += 1;
  else if (result.status === 'cancelled') tally.cancelled += 1;
  else if (result.asOf !== undefined) tally.unchanged += 1;
  else tally.ok += 1;
}

export function isFailed(result: NodeResult): boolean {
  return result.status === 'error' || result.status === 'fail';
}

/** Nodes that were skipped because of each node, by kind. */
export interface SkipCount {
  model: number;
  seed: number;
  snapshot: number;
  test: number;
}

export function countSkips(results: Iterable<NodeResult>): ReadonlyMap<string, SkipCount> {
  const causes = new Map<string, SkipCount>();
  for (const result of results) {
    if (result.status !== 'skipped' || result.skippedBecause === undefined) continue;
    const counts = causes.get(result.skippedBecause) ?? { model: 0, seed: 0, snapshot: 0, test: 0 };
    counts[result.resourceType] += 1;
    causes.set(result.skippedBecause, counts);
  }
  return causes;
}

/** What the test of a step reads that is not built, where that is why it failed. */
export function findUnbuilt({ step, results }: StepProgress): readonly string[] | undefined {
  if (step.kind !== 'test' || step.unbuilt === undefined) return undefined;
  return results.some(({ diagnostics }) => diagnostics.some(({ code }) => code === 'not-built')) ? step.unbuilt : undefined;
}
