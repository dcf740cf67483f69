/** Sets of influences that are shared, not copied, while a plan is walked, and flattened once at its end. */
import type { InfluenceKind } from '../analysis.ts';
import type { SourceId } from './input-table.ts';

const kinds: readonly InfluenceKind[] = ['filter', 'join', 'group_by', 'sort', 'window', 'conditional', 'opaque'];

/** A source column and a kind, as one number. */
export type InfluenceId = number & { readonly __influenceId: never };

export function influenceId(source: SourceId, kind: InfluenceKind): InfluenceId {
  // The only maker of such numbers.
  return (source * kinds.length + kinds.indexOf(kind)) as InfluenceId;
}

/** The other way round. */
export function influenceOf(id: InfluenceId): { readonly source: SourceId; readonly kind: InfluenceKind } {
  const at = id % kinds.length;
  // Undoes the sum above.
  return { source: ((id - at) / kinds.length) as SourceId, kind: kinds[at] ?? 'opaque' };
}

/** A node of a graph without cycles: its own influences and those of its parts. */
export interface Influences {
  readonly own: readonly InfluenceId[];
  readonly parts: readonly Influences[];
}

export const noInfluences: Influences = { own: [], parts: [] };

/** All of `parts` and `own`, without making a node where none is needed. */
export function joinInfluences(parts: readonly Influences[], own: readonly InfluenceId[] = []): Influences {
  const some = new Set(parts);
  some.delete(noInfluences);
  const [only] = some;
  if (own.length > 0 || some.size > 1) return { own, parts: [...some] };
  return only ?? noInfluences;
}

/** Every influence once, in order of first mention. Not recursive: plans may be thousands of operators deep. */
export function flattenInfluences(root: Influences): ReadonlySet<InfluenceId> {
  const found = new Set<InfluenceId>();
  const seen = new Set<Influences>();
  const open: Influences[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const id of node.own) found.add(id);
    for (let at = node.parts.length - 1; at >= 0; at -= 1) {
      const part = node.parts[at];
      if (part !== undefined) open.push(part);
    }
  }
  return found;
}
