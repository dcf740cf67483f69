/** Tells a test from what it was before, and finds those that need not run: they passed when they were asked the same of the same data. */
import type { CompiledTest, NodeId } from '../compile/compiled.ts';
import { digest, namesKnownTo } from './fingerprint.ts';
import type { Findings } from './find-unchanged.ts';
import { asksAround } from './check-fingerprint.ts';
import { nodeOf, planQuestion } from './plan-tests.ts';
import type { Action, Asked } from './action.ts';
import type { ReusedTest, Step } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import { readSql } from './read-sql.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

interface Split {
  readonly reused: {
    /** By the unchanged node that they stand on. */
    readonly byNode: ReadonlyMap<NodeId, readonly ReusedTest[]>;
    readonly others: readonly ReusedTest[];
  };
  readonly rest: readonly CompiledTest[];
}

/** `built` are nodes that get new data: what reads them is asked. */
export function splitReused(
  input: PlanInput,
  findings: Findings,
  tests: readonly CompiledTest[],
  built: ReadonlyMap<NodeId, unknown>,
): Split {
  const byNode = new Map<NodeId, ReusedTest[]>();
  const others: ReusedTest[] = [];
  const rest: CompiledTest[] = [];
  for (const test of tests) {
    const isAsked = input.reuse !== true || (input.graph.parents.get(test.id) ?? []).some((id) => built.has(id));
    const asOf = isAsked ? undefined : passedAt(input, findings, test);
    if (asOf === undefined) {
      rest.push(test);
      continue;
    }
    const reused = {
      id: test.id,
      name: test.name,
      check: test.test.kind === 'generic' ? test.test.check : 'singular',
      span: test.span,
      asOf,
    };
    const node = test.test.kind === 'generic' ? test.test.attachedTo : undefined;
    if (node === undefined || !findings.stands(node)) others.push(reused);
    else byNode.set(node, [...(byNode.get(node) ?? []), reused]);
  }
  return { reused: { byNode, others }, rest };
}

function passedAt(input: PlanInput, findings: Findings, test: CompiledTest): string | undefined {
  const last = input.state.verdicts[test.id];
  if (last?.status !== 'pass') return undefined;
  const asked = askedOf(input, findings, test);
  return asked !== undefined && asked.identity === last.identity && asked.dataVersion === last.dataVersion ? last.at : undefined;
}

/** What a test asks, and of which state of the data; undefined where the answer may change by itself. */
function askedOf(input: PlanInput, findings: Findings, test: CompiledTest): Asked | undefined {
  const identity = identityOf(input, test);
  const dataVersion = identity === undefined ? undefined : findings.stateOf(input.graph.parents.get(test.id) ?? []);
  return identity === undefined || dataVersion === undefined ? undefined : { identity, dataVersion };
}

function identityOf(input: PlanInput, test: CompiledTest): string | undefined {
  const { severity, warnIf, errorIf, limit, storeFailures, failuresSchema } = test.config;
  const judged = [severity, warnIf.text, errorIf.text, limit, storeFailures, failuresSchema];
  const { text } = test.test;
  if (text !== undefined) {
    if (text.slots.some(({ name }) => name !== 'columns')) return undefined;
    const { hash, unsteady } = readSql(text.sql, namesKnownTo(input, test));
    return unsteady === undefined ? digest([hash, judged]) : undefined;
  }
  if (test.test.kind !== 'generic') return undefined;
  const check = planQuestion(input, test, nodeOf(input.graph, test.test.attachedTo));
  const { shape, where, onNull, groupBy, unit } = check;
  // A test that compares with earlier runs has a verdict about more than one state of the data.
  if (check.remembers === true || check.point !== undefined || asksAround(test.test.args, check)) return undefined;
  return digest([check.check, shape, where, onNull, groupBy, unit, judged]);
}

/** The steps, whose tests know what they ask. */
export function noteAsked(input: PlanInput, findings: Findings, steps: readonly Step[]): readonly Step[] {
  const note = <T extends { readonly id: NodeId }>(planned: T): T => {
    const test = nodeOf(input.graph, planned.id);
    const asked = test.resourceType === 'test' ? askedOf(input, findings, test) : undefined;
    return asked === undefined ? planned : { ...planned, asked };
  };
  const noteAudit = (audit: Audit): Audit => ({ ...audit, checks: audit.checks.map(note), queries: audit.queries.map(note) });
  const noteAction = (action: Action): Action => {
    if (action.kind === 'quarantine') return { ...action, audit: noteAudit(action.audit) };
    return action.kind === 'audit' ? noteAudit(action) : action;
  };
  return steps.map((step): Step => {
    if (step.kind === 'test') return { ...step, audit: noteAudit(step.audit) };
    return step.kind === 'build' ? { ...step, transaction: step.transaction.map(noteAction) } : step;
  });
}
