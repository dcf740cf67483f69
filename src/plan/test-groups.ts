/** Puts tests that run outside of build steps into groups of one statement each. */
import type { CompiledTest, NodeId } from '../compile/compiled.ts';
import { isBuilt } from '../graph/graph.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { BuildContext } from './build-context.ts';
import { nodeOf } from './plan-tests.ts';

/** Tests that run outside a build step, together where they look at one relation. */
export interface AloneGroup {
  readonly id: string;
  readonly node: GraphNode | undefined;
  readonly tests: readonly CompiledTest[];
  /** Names of what the tests read and nobody has built. */
  readonly unbuilt: readonly string[];
  /** Which build of the node's relation they look at; 0 without one. */
  readonly ordinal: number;
}

export function groupAlone(context: BuildContext, tests: readonly CompiledTest[], built: ReadonlySet<NodeId>): readonly AloneGroup[] {
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

export function groupGating(
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

function ordinalOf({ standing }: BuildContext, node: GraphNode | undefined, built: ReadonlySet<NodeId>): number {
  if (node === undefined || !('relation' in node)) return 0;
  return (standing.recorded(node.relation)?.ordinal ?? 0) + (built.has(node.id) ? 1 : 0);
}
