/** Moves the positions in a binding from an edited text back to the text before. */
import type { Binding } from '../../../adapter/analysis.ts';
import { positionBefore } from './file-stand-ins.ts';
import type { Edit } from './file-stand-ins.ts';

export function withPositionsBefore(edits: readonly Edit[], binding: Binding): Binding {
  if (edits.length === 0) return binding;
  const before = <T extends { readonly position?: number }>(placed: T): T =>
    placed.position === undefined ? placed : { ...placed, position: positionBefore(edits, placed.position) };
  return binding.kind === 'refused'
    ? { kind: 'refused', error: before(binding.error) }
    : { kind: 'bound', query: { ...binding.query, misfits: binding.query.misfits.map(before) } };
}
