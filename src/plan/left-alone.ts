/** What a plan tells of and does nothing to: relations that no node builds any more, and those of another environment. */
import type { Relation } from '../adapter/relation.ts';
import type { Standing } from './build-context.ts';
import { findNeighbours } from './find-neighbours.ts';
import { isOfProject } from './plan-build.ts';
import type { PlanInput } from './plan-input.ts';
import type { Plan } from './plan.ts';
import { nodeOf } from './plan-tests.ts';

/** Nothing where no node is deferred. */
export function listDeferred({ deferred, graph }: PlanInput): Pick<Plan, 'deferred'> {
  const read = [...(deferred ?? [])].flatMap(([id, { relation }]) => {
    const node = nodeOf(graph, id);
    // The others stand in the graph as they would be built.
    return 'relation' in node && node.resourceType !== 'source' && node.relation === relation
      ? [{ node: id, name: node.name, relation }]
      : [];
  });
  return read.length === 0 ? {} : { deferred: read };
}

/** Nothing where all that was asked for is planned. */
export function listSpared({ spared, graph }: PlanInput): Pick<Plan, 'spared'> {
  if (spared === undefined || spared.size === 0) return {};
  return { spared: [...spared].map(([node, why]) => ({ node, name: nodeOf(graph, node).name, why })) };
}

/** With the tables beside what was built. A deferred node is built as ever where it is not deferred. */
export function findNoLongerBuilt(input: PlanInput, standing: Standing): Plan['noLongerBuilt'] {
  const fold = (relation: Relation): string =>
    `${input.dialect.foldIdentifier(relation.schema)}\n${input.dialect.foldIdentifier(relation.name)}`;
  const built = new Set<string>();
  const elsewhere = new Set([...(input.deferred?.values() ?? [])].map(({ relation }) => input.dialect.foldIdentifier(relation.schema)));
  for (const node of input.graph.nodes.values()) {
    if (!('relation' in node)) continue;
    const relation = input.deferred?.get(node.id)?.own ?? node.relation;
    built.add(fold(relation));
    elsewhere.delete(input.dialect.foldIdentifier(relation.schema));
  }
  // What another target has built stands in the same state where both are of one database.
  const own = input.state.builds.filter(
    (entry) => isOfProject(entry, input.project) && !elsewhere.has(input.dialect.foldIdentifier(entry.relation.schema)),
  );
  const isTaken = (relation: Relation): boolean => built.has(fold(relation)) || standing.recorded(relation) !== undefined;
  const beside = findNeighbours(own, { graph: input.graph, existing: standing.existing, isTaken });
  return [
    ...own
      .filter(({ relation }) => !built.has(fold(relation)) && standing.existing(relation) !== undefined)
      .map(({ node, relation }) => ({ node, relation })),
    ...beside.map(({ owner, relation }) => ({ node: owner.node, relation })),
  ];
}
