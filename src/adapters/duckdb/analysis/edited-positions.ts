/** Moves the positions in a binding from an edited text back to the text before. */
import type { Binding } from '../../../adapter/analysis.ts';
import { nearestOriginalOffset } from '../../../adapter/query-edits.ts';
import type { QueryEdit } from '../../../adapter/query-edits.ts';

export function withPositionsBefore(edits: readonly QueryEdit[], binding: Binding): Binding {
  if (edits.length === 0) return binding;
  const before = <T extends { readonly position?: number }>(placed: T): T =>
    placed.position === undefined ? placed : { ...placed, position: nearestOriginalOffset(edits, placed.position) };
  return binding.kind === 'refused'
    ? { kind: 'refused', error: before(binding.error) }
    : { kind: 'bound', query: { ...binding.query, misfits: binding.query.misfits.map(before) } };
}
