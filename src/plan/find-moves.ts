/** Tells what has moved since a node was built in an environment: the project, its parents, or what it would take the place of. */
import type { BuiltNode, NodeId } from '../compile/compiled.ts';
import { isBuilt } from '../graph/graph.ts';
import { standsAsLeft } from '../state/shape-hash.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { Standing } from './build-context.ts';
import { differences, partInWords } from './compare-fingerprints.ts';
import { nameData } from './describe-moves.ts';
import { createFindings } from './find-unchanged.ts';
import type { PlanInput } from './plan-input.ts';
import { nodeOf } from './plan-tests.ts';
import { relationsRead } from './relations-read.ts';

interface Against {
  /** What the target has of the node now. */
  readonly base: string;
  /** The same project, where all that stands in the environment is read there. */
  readonly allThere: PlanInput;
}

/** In words; empty where nothing did. */
export function findMoves(input: PlanInput, standing: Standing, node: BuiltNode, { base, allThere }: Against): readonly string[] {
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
  const moved = changed.length === 0 ? [] : readElsewhere(input, standing, node, allThere);
  if (moved.length > 0)
    return moved.map(
      (parent) => `\`${name}\` was built there upon \`${parent}\` of the environment, and would be built upon that of production now`,
    );
  return [
    ...(changed.length === 0 ? [] : [`\`${name}\` was built there before its ${changed.map(partInWords).join(' and ')} changed`]),
    ...read.map(([id]) => `${whose(input, id)} has other data than \`${name}\` was built from there`),
    ...(noted.base === base ? [] : [`production has another \`${name}\` than when it was built there`]),
  ];
}

/** The names of what stands in the environment and is read in production by now, where the text of the node differs only in that. */
function readElsewhere(input: PlanInput, standing: Standing, { id }: BuiltNode, allThere: PlanInput): readonly string[] {
  const node = nodeOf(allThere.graph, id);
  const before = isBuilt(node) ? standing.recorded(node.relation)?.memory?.fingerprint : undefined;
  if (!isBuilt(node) || before === undefined) return [];
  const { fingerprint } = createFindings(allThere, standing, []).consider(node).memory;
  if (differences(before, fingerprint).length > 0) return [];
  return relationsRead(input.graph, id).flatMap((parent) =>
    input.deferred?.has(parent) === true && allThere.deferred?.has(parent) !== true ? [nameOf(input, parent)] : [],
  );
}

function nameOf({ graph }: PlanInput, id: NodeId): string {
  return nodeOf(graph, id).name;
}

/** The keys of inputs are ids of the graph, of which the findings were made, hence the search by equality. */
function whose({ graph }: PlanInput, id: string): string {
  const found = graph.order.find((candidate) => candidate === id);
  return found === undefined ? `\`${id}\`` : nameData(graph, found);
}
