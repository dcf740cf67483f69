/** The word that selects one node, as `tx ls` writes it. The pages and their script share it. */
import { selectorName } from '../diagnostics/pasteable.ts';
import { bareMethod } from '../graph/selector-method.ts';

/** `label` as people call the node; `fqn` with its project and folders, joined by dots. */
export function selectorWord({ kind, label, fqn }: { readonly kind: string; readonly label: string; readonly fqn: string }): string {
  const short = selectorName(label);
  if (kind === 'source' || kind === 'exposure') return `${kind}:${short}`;
  // A name that needs classes is a pattern, and patterns have to match the folders too.
  const word = short === label ? label : selectorName(fqn);
  return bareMethod(word) === 'fqn' ? word : `fqn:${word}`;
}
