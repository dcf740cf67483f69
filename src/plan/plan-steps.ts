/** Puts builds, tests and gates into one list in the order of the graph, with the edges between them. */
import type { CompiledTest, NodeId } from '../compile/compiled.ts';
import { ancestors, descendants, inOrder } from '../graph/traverse.ts';
import type { BuildContext } from './build-context.ts';
import { completeBuild } from './complete-build.ts';
import { findQuarantines } from './find-quarantines.ts';
import type { Quarantines } from './find-quarantines.ts';
import type { Findings } from './find-unchanged.ts';
import type { Parts } from './plan-parts.ts';
import { placeTests, planAudit } from './plan-tests.ts';
import type { TestPlacement } from './plan-tests.ts';
import type { Step, UnchangedStep } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import { noteAsked, splitReused } from './reuse-tests.ts';
import { groupAlone, groupGating } from './test-groups.ts';
import type { AloneGroup } from './test-groups.ts';

interface StepsInput {
  readonly tests: readonly CompiledTest[];
  readonly findings: Findings;
}

export function planSteps(context: BuildContext, parts: Parts, { tests, findings }: StepsInput): readonly Step[] {
  const { input } = context;
  const { graph } = input;
  const aside = findQuarantines(context, parts.built);
  const { reused, rest: others } = splitReused(
    input,
    findings,
    tests.filter(({ id }) => !aside.tests.has(id)),
    parts.built,
  );
  const built = new Set(parts.built.keys());
  const placement = placeTests(graph, others, built);
  const isBuild = input.command === 'build';
  const alone = groupAlone(context, isBuild ? placement.alone : others, built);
  // Without audits, what reads a node waits for the tests of what is published already.
  const { inside, gating: before } = input.noAudit === true ? { inside: none, gating: joined(placement) } : placement;
  const gating = isBuild ? groupGating(context, before, built) : new Map<NodeId, AloneGroup>();
  const own = new Set([...built, ...parts.described.keys(), ...parts.unchanged.keys()]);
  const between = findBetween(
    input,
    own,
    [...alone, ...gating.values()].flatMap((group) => group.tests.map((test) => test.id)),
  );
  const standsFor = new Map<NodeId, string>();
  for (const id of [...own, ...between]) standsFor.set(id, id);
  for (const [node, group] of gating) standsFor.set(node, group.id);
  const parentsOf = (id: NodeId): readonly string[] => (graph.parents.get(id) ?? []).flatMap((parent) => standsFor.get(parent) ?? []);
  const inner = { inside, aside, reused: reused.byNode };

  const steps: Step[] = [];
  for (const id of inOrder(graph, [...own, ...gating.keys(), ...between])) {
    const gate = gating.get(id);
    const step = planOwn(context, parts, id, inner, parentsOf(id));
    if (step !== undefined) steps.push(step);
    if (gate !== undefined) {
      const above = [id, ...gate.tests.map((test) => test.id)].flatMap(parentsOf).filter((each) => each !== gate.id);
      pushTest(steps, context, gate, [...new Set(step === undefined ? above : [id, ...above])]);
    } else if (step === undefined && between.has(id)) {
      steps.push({ kind: 'gate', id, dependsOn: parentsOf(id), blocks: [], reason: 'selected' });
    }
  }
  for (const test of reused.others)
    steps.push({
      kind: 'unchanged',
      id: test.id,
      dependsOn: [...new Set(parentsOf(test.id))],
      blocks: [],
      reason: 'unchanged',
      tests: [test],
    });
  for (const group of alone) {
    const dependsOn = [...new Set(group.tests.flatMap((test) => parentsOf(test.id)))];
    pushTest(steps, context, group, dependsOn);
  }
  return noteAsked(input, findings, addBlocks(input, steps, alone));
}

interface TestsInside {
  readonly inside: ReadonlyMap<NodeId, readonly CompiledTest[]>;
  readonly aside: Quarantines;
  readonly reused: ReadonlyMap<NodeId, UnchangedStep['tests']>;
}

/** The step of a node that the command builds, or would build if it did not stand; undefined of any other. */
function planOwn(
  context: BuildContext,
  { built, described, unchanged }: Parts,
  id: NodeId,
  { inside, aside, reused }: TestsInside,
  dependsOn: readonly string[],
): Step | undefined {
  const part = built.get(id);
  if (part !== undefined) return completeBuild(context, part, { tests: inside.get(id) ?? [], quarantine: aside.byNode.get(id) }, dependsOn);
  const said = described.get(id);
  if (said !== undefined) return completeBuild(context, said, { tests: [], quarantine: undefined }, dependsOn);
  const stands = unchanged.get(id);
  if (stands === undefined) return undefined;
  const { build, why } = stands;
  return {
    kind: 'unchanged',
    id,
    dependsOn,
    blocks: [],
    reason: 'unchanged',
    ...(why.length === 0 ? {} : { why }),
    build,
    tests: reused.get(id) ?? [],
  };
}

const none: ReadonlyMap<NodeId, readonly CompiledTest[]> = new Map();

/** The tests of each node that is built in this run, and of each that is not. */
function joined({ inside, gating }: TestPlacement): ReadonlyMap<NodeId, readonly CompiledTest[]> {
  return new Map([...inside, ...gating]);
}

/** Nodes without work that stand between steps: order must pass through them. */
function findBetween(input: PlanInput, own: ReadonlySet<NodeId>, testIds: readonly NodeId[]): ReadonlySet<NodeId> {
  if (own.size === 0) return new Set();
  const below = descendants(input.graph, own);
  const above = ancestors(input.graph, [...own, ...testIds]);
  return new Set([...below].filter((id) => above.has(id) && !own.has(id)));
}

function pushTest(steps: Step[], context: BuildContext, group: AloneGroup, dependsOn: readonly string[]): void {
  const audit = planAudit(context.input, group.node, group.tests, context.collector, { ordinal: group.ordinal });
  if (audit === undefined) return;
  steps.push({
    kind: 'test',
    id: group.id,
    ...(group.node === undefined ? {} : { node: group.node.id }),
    dependsOn,
    blocks: [],
    reason: 'test',
    audit,
    ...(group.unbuilt.length === 0 ? {} : { unbuilt: group.unbuilt }),
  });
}

/** A failed test of published nodes keeps what reads them from starting, although no edge says so. */
function addBlocks(input: PlanInput, steps: readonly Step[], alone: readonly AloneGroup[]): readonly Step[] {
  if (input.command !== 'build') return steps;
  const ids = new Set(steps.map((step) => step.id));
  const groups = new Map(alone.map((group) => [group.id, group]));
  return steps.map((step) => {
    const group = step.kind === 'test' ? groups.get(step.id) : undefined;
    if (group === undefined) return step;
    const read = group.node === undefined ? group.tests.flatMap((test) => input.graph.parents.get(test.id) ?? []) : [group.node.id];
    const blocks = new Set<string>();
    for (const id of read)
      for (const child of input.graph.children.get(id) ?? []) if (ids.has(child) && child !== step.id) blocks.add(child);
    return { ...step, blocks: [...blocks] };
  });
}
