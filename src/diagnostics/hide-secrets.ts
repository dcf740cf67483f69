/** The seam between those who know secrets and those who draw text: where in a text something must not be shown. */

/** Finds what must not be shown in a text, as ranges in order that do not overlap. */
export type FindSecrets = (text: string) => readonly { readonly start: number; readonly end: number }[];

/** What stands in the place of a secret. */
export const MASK = '***';

/** `text` with every secret replaced. */
export function hideSecrets(text: string, find: FindSecrets | undefined, instead = MASK): string {
  const ranges = find?.(text) ?? [];
  if (ranges.length === 0) return text;
  let shown = '';
  let at = 0;
  for (const { start, end } of ranges) {
    shown += text.slice(at, start) + instead;
    at = end;
  }
  return shown + text.slice(at);
}
