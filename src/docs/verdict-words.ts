/** How a verdict is said, where colour alone would be lost on many readers. */
import type { Verdict } from './site-data.ts';

export const verdictWords: Readonly<Record<Verdict, string>> = { ok: 'passing', warn: 'warning', fail: 'failing', unknown: 'not run' };

/** What an image says of a node where the mouse rests, and to those who listen. Of what never ran there is nothing to say. */
export function saidOf(kind: string, label: string, verdict: Verdict): string {
  return verdict === 'unknown' ? `${kind} ${label}` : `${kind} ${label}, ${verdictWords[verdict]}`;
}
