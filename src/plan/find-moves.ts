/** Tells what has moved since a node was built in an environment: the project, its parents, or what it would take the place of. */
import type { BuiltNode } from '../compile/compiled.ts';
import { standsAsLeft } from '../state/shape-hash.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { Standing } from './build-context.ts';
import { createFindings, differences, partInWords } from './find-unchanged.ts';
import type { PlanInput } from './plan-input.ts';
import { nodeOf } from './plan-tests.ts';

/** In words; empty where nothing did. `base` is what the target has of the node now. */
export function findMoves(input: PlanInput, standing: Standing, node: BuiltNode, base: string): readonly string[] {
  const { name, relation } = node;
  const existing = standing.existing(relation);
  const recorded = standing.recorded(relation);
  if (existing === undefined || recorded?.node !== node.id) return [`\`${name}\` differs from production and is not built there`];
  const subject = buildSubject(relation, input.dialect);
  const before = recorded.memory;
  const noted = input.state.bases[subject];
  if (before === undefined || noted?.ordinal !== recorded.ordinal) return [`nobody knows what \`${name}\` was built from there`];
  if (existing.kind !== recorded.relationKind || !standsAsLeft(input.state.shapes[subject], existing, input.files?.get(node.id)))
    return [`somebody else has changed \`${name}\` there`];
  // Findings of its own: of parents what is remembered counts, not what a build would make of them.
  const { fingerprint, inputs } = createFindings(input, standing, []).consider(node).memory;
  const changed = differences(before.fingerprint, fingerprint);
  const read = Object.entries(inputs).filter(
    ([id, state]) => before.inputs[id] !== undefined && before.inputs[id] !== '?' && before.inputs[id] !== state,
  );
  return [
    ...(changed.length === 0 ? [] : [`\`${name}\` was built there before its ${changed.map(partInWords).join(' and ')} changed`]),
    // The keys are ids of the graph, of which the findings were made, hence the search by equality.
    ...read.map(([id]) => `\`${nameOf(input, id)}\` has other data than \`${name}\` was built from there`),
    ...(noted.base === base ? [] : [`production has another \`${name}\` than when it was built there`]),
  ];
}

function nameOf({ graph }: PlanInput, id: string): string {
  const found = graph.order.find((candidate) => candidate === id);
  return found === undefined ? id : nodeOf(graph, found).name;
}
