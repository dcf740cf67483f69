/** Finds what follows from nodes that differ from what stands of them, and which nodes below read none of the columns that do. */
import type { BuiltNode, NodeId } from '../compile/compiled.ts';
import { standsAsLeft } from '../state/shape-hash.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { Standing } from './build-context.ts';
import { changesOf } from './compared-query.ts';
import type { Changes, ComparedQuery } from './compared-query.ts';
import type { ToCompare } from './find-comparable.ts';
import { withDescendants } from './find-changed-nodes.ts';
import { differences, isToldByQuery } from './compare-fingerprints.ts';
import { createFindings, hasHooks, hookTexts, kindOf, plainName } from './find-unchanged.ts';
import { isMadeByQuery, wordsOfSpared } from './follow-changes.ts';
import type { Difference, PlanInput } from './plan-input.ts';
import { nodeOf } from './plan-tests.ts';
import { relationsRead } from './relations-read.ts';

export interface Affected {
  /** What differs, and what follows from it. */
  readonly affected: ReadonlyMap<NodeId, Difference>;
  /** Below these, and the same as far as anybody can tell from the queries: why, in words. */
  readonly spared: ReadonlyMap<NodeId, string>;
}

/**
 * Queries to compare with those that made what stands: models of which only the text differs, and those below, in the order of
 * the graph. Nothing where none of the latter could stay as it is.
 */
export function findComparableBelow(input: PlanInput, standing: Standing, changed: ReadonlyMap<NodeId, unknown>): readonly ToCompare[] {
  if (changed.size === 0) return [];
  const below = withDescendants(input, changed.keys());
  const hooks = hookTexts(input, below);
  const found = new Map<NodeId, ToCompare>();
  let staying = false;
  for (const id of input.graph.order) {
    if (!below.has(id)) continue;
    const node = nodeOf(input.graph, id);
    if (node.resourceType !== 'model' || node.config.materialized === 'ephemeral' || node.full.slots.length > 0) continue;
    const reads = relationsRead(input.graph, id);
    const hasNewText = changed.has(id);
    if (!hasNewText && !reads.some((parent) => found.has(parent))) continue;
    const recorded = hooks.includes(plainName(node)) ? undefined : recordFollowed(input, standing, node);
    if (recorded === undefined) continue;
    found.set(id, { node, recorded, hasNewText, reads });
    staying ||= !hasNewText;
  }
  return staying ? [...found.values()] : [];
}

/** By what `input` has of compared queries. Any doubt is a change, and new data alone is none. */
export function findAffected(input: PlanInput, changed: ReadonlyMap<NodeId, Difference>): Affected {
  const { graph, dialect, compared } = input;
  const affected = new Map<NodeId, Difference>();
  const spared = new Map<NodeId, string>();
  const changes = new Map<NodeId, Changes>();
  for (const id of graph.order) {
    const above = (graph.parents.get(id) ?? []).filter((parent) => affected.has(parent));
    if (above.length === 0 && !changed.has(id)) continue;
    // Only what can be followed was compared.
    const query = compared?.get(id);
    const isUnknown = relationsRead(graph, id).some((parent) => changes.get(parent) === 'all');
    const found = query === undefined || isUnknown ? 'all' : changesOf(query, (parent) => changes.get(parent), dialect.foldIdentifier);
    changes.set(id, found);
    const itself = changed.get(id);
    const read = relationsRead(graph, id).filter((parent) => affected.has(parent));
    if (itself !== undefined) affected.set(id, itself);
    else if (found !== 'all' && found.size === 0 && query?.hasSameShape === true) spared.set(id, wordsOfSpared(graph, read));
    else
      affected.set(id, { reason: 'upstream-rebuilt', why: read.map((parent) => wordsOfRead(input, parent, query, changes.get(parent))) });
  }
  return { affected, spared };
}

/** What a node reads of another one that differs: by name where its query was compared and the columns that differ are known. */
function wordsOfRead(
  { graph, dialect, target }: PlanInput,
  parent: NodeId,
  query: ComparedQuery | undefined,
  changes: Changes | undefined,
): string {
  const { name } = nodeOf(graph, parent);
  const parts = query === undefined ? [] : [query.rows, ...query.columns];
  const read = parts.flatMap(({ reads }) => reads.flatMap(({ node, column }) => (node === parent ? [column] : [])));
  const columns = new Set(read.filter((column) => changes instanceof Set && changes.has(dialect.foldIdentifier(column))));
  if (columns.size === 0) return `reads \`${name}\`, which differs from target ${target.name}`;
  const listed = [...columns].map((column) => `\`${column}\``).join(', ');
  return `reads ${listed} of \`${name}\`, which ${columns.size === 1 ? 'differs' : 'differ'} from target ${target.name}`;
}

/**
 * The record of what stands of a node, where its query is all that decides about it, nothing but that text may differ, and what it
 * reads has the data that it was built from, as far as that is known: what is behind by itself is no measure for anything.
 */
function recordFollowed(input: PlanInput, standing: Standing, node: BuiltNode): RecordedBuild | undefined {
  const recorded = standing.recorded(node.relation);
  const before = recorded?.memory;
  const existing = standing.existing(node.relation);
  if (before === undefined || recorded?.node !== node.id || existing?.kind !== kindOf(node)) return undefined;
  if (!standsAsLeft(input.state.shapes[buildSubject(node.relation, input.dialect)], existing)) return undefined;
  // Findings of its own: of parents what is remembered counts, not what a build would make of them.
  const { memory } = createFindings(input, standing, []).consider(node);
  if (hasHooks(node) || !isMadeByQuery(node, memory)) return undefined;
  if (!isToldByQuery(differences(before.fingerprint, memory.fingerprint))) return undefined;
  const isBehind = Object.entries(memory.inputs).some(
    ([id, state]) => state !== '?' && before.inputs[id] !== undefined && before.inputs[id] !== '?' && before.inputs[id] !== state,
  );
  return isBehind ? undefined : recorded;
}
