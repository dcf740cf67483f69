/** Makes the plan of a run: one pass over the graph in order, from what is selected, what stands, and what is remembered. */
import type { BuiltNode, CompiledHook, CompiledTest, CompiledUnitTest, NodeId } from '../compile/compiled.ts';
import { isBuilt } from '../graph/graph.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ancestors, descendants, inOrder } from '../graph/traverse.ts';
import { planModel } from './plan-build.ts';
import { planSeed } from './plan-seed.ts';
import { planSnapshot } from './plan-snapshot.ts';
import type { BuildContext, BuildPart, Standing } from './build-context.ts';
import { ancestorsHere } from './defer-nodes.ts';
import { findNoLongerBuilt, listDeferred } from './left-alone.ts';
import { indexStanding } from './index-standing.ts';
import { findSlowClock } from './find-slow-clock.ts';
import { freezePlan } from './freeze-plan.ts';
import type { Plan, PlannedHook, Reason, Step } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import { warnOfForeignKeys } from './plan-constraints.ts';
import { warnWithoutEffect } from './plan-storage.ts';
import { completeBuild } from './complete-build.ts';
import { findQuarantines } from './find-quarantines.ts';
import { nodeOf, placeTests, planAudit } from './plan-tests.ts';
import type { TestPlacement } from './plan-tests.ts';
import { gateByUnitTests } from './unit-steps.ts';
import { createTextCollector, slotValues } from './texts.ts';
import type { TextCollector, TextIndex } from './texts.ts';

/** A plan, and the filled texts that its queries came from (for tracing errors back to templates). */
export interface PlanResult {
  readonly plan: Plan;
  readonly texts: TextIndex;
}

/** Decides what a run will do. With errors among the diagnostics the plan must not be executed. */
export function buildPlan(input: PlanInput): Outcome<PlanResult> {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const collector = createTextCollector(slotValues(input, input.dialect), report);
  const context: BuildContext = { input, standing: indexStanding(input), collector, report };
  const work = chooseWork(input, context.standing);
  const parts = planParts(context, work);
  const built = builtNodes(input, parts.keys());
  for (const diagnostic of [...warnWithoutEffect(input, built), ...warnOfForeignKeys(input, built)]) report(diagnostic);
  const plan: Plan = {
    version: 1,
    command: input.command,
    project: input.project,
    target: input.target,
    stateSchema: input.stateSchema,
    run: input.run,
    setup: planSetup(input, parts.values()),
    onRunStart: planRunHooks('on_run_start', input.onRunStart, collector),
    steps: gateByUnitTests(context, work.unitTests, planSteps(context, parts, work.tests)),
    onRunEnd: planRunHooks('on_run_end', input.onRunEnd, collector),
    ...listDeferred(input),
    noLongerBuilt: findNoLongerBuilt(input, context.standing),
  };
  const slowClock = findSlowClock(input);
  return {
    value: { plan: freezePlan(plan), texts: collector.texts },
    diagnostics: slowClock === undefined ? diagnostics : [...diagnostics, slowClock],
  };
}

function builtNodes({ graph }: PlanInput, ids: Iterable<NodeId>): readonly BuiltNode[] {
  return [...ids].map((id) => nodeOf(graph, id)).filter(isBuilt);
}

interface Work {
  /** Nodes that are built, with a reason that is already known. */
  readonly builds: ReadonlyMap<NodeId, Reason | undefined>;
  readonly tests: readonly CompiledTest[];
  readonly unitTests: readonly CompiledUnitTest[];
}

/** What each command does with a selection: models, seeds, snapshots, tests, or all of them. */
function chooseWork(input: PlanInput, standing: Standing): Work {
  const builds = new Map<NodeId, Reason | undefined>();
  const tests: CompiledTest[] = [];
  const unitTests: CompiledUnitTest[] = [];
  const { command, graph } = input;
  for (const id of inOrder(graph, input.selected)) {
    const node = nodeOf(graph, id);
    if (node.resourceType === 'model' && (command === 'run' || command === 'build') && node.config.materialized !== 'ephemeral') {
      builds.set(id, undefined);
    } else if (node.resourceType === 'snapshot' && (command === 'snapshot' || command === 'build')) builds.set(id, undefined);
    else if (node.resourceType === 'seed' && (command === 'seed' || command === 'build')) builds.set(id, undefined);
    else if (node.resourceType === 'test' && (command === 'test' || command === 'build')) tests.push(node);
    else if (node.resourceType === 'unit_test' && (command === 'test' || command === 'build')) unitTests.push(node);
  }
  if (command !== 'test' && command !== 'seed' && input.replay !== true) {
    for (const [id, reason] of changedSeeds(input, standing, [...builds.keys()])) {
      if (builds.has(id)) continue;
      builds.set(id, reason);
      if (command === 'build') tests.push(...testsOfSeed(input, id).filter((test) => !input.selected.has(test.id)));
    }
  }
  return { builds, tests, unitTests };
}

/** Seeds above the selected models whose file, or the way it is read, is not what the table was loaded from: whoever reads them must see the new file. */
function changedSeeds(input: PlanInput, standing: Standing, models: Iterable<NodeId>): readonly (readonly [NodeId, Reason])[] {
  const changed: (readonly [NodeId, Reason])[] = [];
  for (const id of ancestorsHere(input.graph, models, input.deferred)) {
    const node = nodeOf(input.graph, id);
    const summary = input.seeds.get(id);
    if (node.resourceType !== 'seed' || summary === undefined) continue;
    const recorded = standing.recorded(node.relation);
    if (standing.existing(node.relation) === undefined) changed.push([id, 'never-built']);
    else if (recorded?.contentHash !== summary.contentHash) changed.push([id, 'seed-changed']);
  }
  return changed;
}

/** A seed that comes along is tested like any other before it is published. */
function testsOfSeed(input: PlanInput, seed: NodeId): readonly CompiledTest[] {
  return (input.graph.children.get(seed) ?? []).flatMap((id) => {
    const child = nodeOf(input.graph, id);
    return child.resourceType === 'test' && child.dependsOn.every((dependency) => dependency.id === seed) ? [child] : [];
  });
}

function planParts(context: BuildContext, work: Work): ReadonlyMap<NodeId, BuildPart> {
  const parts = new Map<NodeId, BuildPart>();
  for (const id of inOrder(context.input.graph, work.builds.keys())) {
    const node = nodeOf(context.input.graph, id);
    const part = isBuilt(node) ? planBuild(context, node, work.builds.get(id)) : bug(`${id} cannot be built`);
    if (part !== undefined) parts.set(id, part);
  }
  return parts;
}

function planBuild(context: BuildContext, node: BuiltNode, reason: Reason | undefined): BuildPart | undefined {
  if (node.resourceType === 'model') return planModel(context, node);
  return node.resourceType === 'seed' ? planSeed(context, node, reason) : planSnapshot(context, node);
}

/** Creates the schemas that hold no relation yet, once, before any step. */
function planSetup({ catalog, capabilities, graph }: PlanInput, parts: Iterable<BuildPart>): Plan['setup'] {
  const schemas = new Set<string>();
  for (const part of parts) {
    schemas.add(part.relation.schema);
    const node = nodeOf(graph, part.node);
    if (node.resourceType === 'model' && node.config.quarantine?.schema !== undefined) schemas.add(node.config.quarantine.schema);
  }
  for (const schema of capabilities.ownSchemas) schemas.delete(schema);
  for (const entry of catalog) schemas.delete(entry.relation.schema);
  return [...schemas].sort().map((schema) => ({ kind: 'create-schema', schema }));
}

function planRunHooks(name: string, hooks: readonly CompiledHook[], collector: TextCollector): readonly PlannedHook[] {
  return hooks.flatMap((hook, index) => {
    const query = collector.query(`${name}:${index}`, hook.text);
    return query === undefined ? [] : [{ name: `${name}[${index}]`, operation: { kind: 'run-sql', query } }];
  });
}

/** Puts builds, tests and gates into one list in the order of the graph, with the edges between them. */
function planSteps(context: BuildContext, parts: ReadonlyMap<NodeId, BuildPart>, tests: readonly CompiledTest[]): readonly Step[] {
  const { input } = context;
  const { graph } = input;
  const aside = findQuarantines(context, parts);
  const others = tests.filter(({ id }) => !aside.tests.has(id));
  const placement = placeTests(graph, others, new Set(parts.keys()));
  const isBuild = input.command === 'build';
  const built = new Set(parts.keys());
  const alone = groupAlone(context, isBuild ? placement.alone : others, built);
  // Without audits, what reads a node waits for the tests of what is published already.
  const { inside, gating: before } = input.noAudit === true ? { inside: none, gating: joined(placement) } : placement;
  const gating = isBuild ? groupGating(context, before, built) : new Map<NodeId, AloneGroup>();
  const between = findBetween(
    input,
    parts,
    [...alone, ...gating.values()].flatMap((group) => group.tests.map((test) => test.id)),
  );
  const standsFor = new Map<NodeId, string>();
  for (const id of [...parts.keys(), ...between]) standsFor.set(id, id);
  for (const [node, group] of gating) standsFor.set(node, group.id);
  const parentsOf = (id: NodeId): readonly string[] => (graph.parents.get(id) ?? []).flatMap((parent) => standsFor.get(parent) ?? []);

  const steps: Step[] = [];
  for (const id of inOrder(graph, [...parts.keys(), ...gating.keys(), ...between])) {
    const part = parts.get(id);
    const gate = gating.get(id);
    if (part !== undefined)
      steps.push(completeBuild(context, part, { tests: inside.get(id) ?? [], quarantine: aside.byNode.get(id) }, parentsOf(id)));
    if (gate !== undefined) {
      const above = [id, ...gate.tests.map((test) => test.id)].flatMap(parentsOf).filter((step) => step !== gate.id);
      pushTest(steps, context, gate, [...new Set(part === undefined ? above : [id, ...above])]);
    } else if (part === undefined && between.has(id)) {
      steps.push({ kind: 'gate', id, dependsOn: parentsOf(id), blocks: [], reason: 'selected' });
    }
  }
  for (const group of alone) {
    const dependsOn = [...new Set(group.tests.flatMap((test) => parentsOf(test.id)))];
    pushTest(steps, context, group, dependsOn);
  }
  return addBlocks(input, steps, alone);
}

const none: ReadonlyMap<NodeId, readonly CompiledTest[]> = new Map();

/** The tests of each node that is built in this run, and of each that is not. */
function joined({ inside, gating }: TestPlacement): ReadonlyMap<NodeId, readonly CompiledTest[]> {
  return new Map([...inside, ...gating]);
}

/** Tests that run outside a build step, together where they look at one relation. */
interface AloneGroup {
  readonly id: string;
  readonly node: GraphNode | undefined;
  readonly tests: readonly CompiledTest[];
  /** Names of what the tests read and nobody has built. */
  readonly unbuilt: readonly string[];
  /** Which build of the node's relation they look at; 0 without one. */
  readonly ordinal: number;
}

function groupAlone(context: BuildContext, tests: readonly CompiledTest[], built: ReadonlySet<NodeId>): readonly AloneGroup[] {
  const { input } = context;
  const groups = new Map<string, { node: GraphNode | undefined; tests: CompiledTest[]; readonly unbuilt: readonly string[] }>();
  for (const test of tests) {
    const node = test.test.kind === 'generic' ? nodeOf(input.graph, test.test.attachedTo) : undefined;
    // In `tx test` every relation is already there, so all checks of one relation share a statement.
    const unbuilt = findUnbuilt(context, test.id, built);
    const id = node !== undefined && input.command === 'test' && unbuilt.length === 0 ? `test:${node.id}` : test.id;
    const group = groups.get(id) ?? { node, tests: [], unbuilt };
    group.tests.push(test);
    groups.set(id, group);
  }
  return [...groups].map(([id, group]) => ({ id, ...group, ordinal: ordinalOf(context, group.node, built) }));
}

function groupGating(
  context: BuildContext,
  gating: ReadonlyMap<NodeId, readonly CompiledTest[]>,
  built: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, AloneGroup> {
  const { graph } = context.input;
  return new Map(
    [...gating].map(([id, tests]) => {
      const node = nodeOf(graph, id);
      const ordinal = ordinalOf(context, node, built);
      return [id, { id: `test:${id}`, node, tests, unbuilt: findUnbuilt(context, id, built), ordinal }];
    }),
  );
}

/** Names of what the project builds that a node reads, through ephemeral models too, and that neither stand nor are built in this run. */
function findUnbuilt({ input, standing }: BuildContext, id: NodeId, built: ReadonlySet<NodeId>): readonly string[] {
  const names = new Set<string>();
  const seen = new Set<NodeId>();
  const stack = [...(input.graph.parents.get(id) ?? [])];
  for (let parent = stack.pop(); parent !== undefined; parent = stack.pop()) {
    if (seen.has(parent) || built.has(parent) || input.deferred?.has(parent) === true) continue;
    seen.add(parent);
    const node = nodeOf(input.graph, parent);
    if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') stack.push(...(input.graph.parents.get(parent) ?? []));
    else if (isBuilt(node) && standing.existing(node.relation) === undefined) names.add(node.name);
  }
  return [...names].sort();
}

/** Nodes without work that stand between steps: order must pass through them. */
function findBetween(input: PlanInput, parts: ReadonlyMap<NodeId, BuildPart>, testIds: readonly NodeId[]): ReadonlySet<NodeId> {
  if (parts.size === 0) return new Set();
  const below = descendants(input.graph, parts.keys());
  const above = ancestors(input.graph, [...parts.keys(), ...testIds]);
  return new Set([...below].filter((id) => above.has(id) && !parts.has(id)));
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

function ordinalOf({ standing }: BuildContext, node: GraphNode | undefined, built: ReadonlySet<NodeId>): number {
  if (node === undefined || !('relation' in node)) return 0;
  return (standing.recorded(node.relation)?.ordinal ?? 0) + (built.has(node.id) ? 1 : 0);
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
