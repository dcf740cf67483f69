/** Masks secrets in JSON so that it stays JSON: in its texts, never in what holds it together. */
import { artifactKeys } from './artifact-words.ts';
import { MASK } from '../diagnostics/hide-secrets.ts';
import type { Mask } from './mask.ts';

/** A text, with the colon that makes it a key, or a number. */
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** `json`, or a piece of it that ends between two tokens, without the secrets of its texts. Keys that every artifact has stay, even where a password is the same word. */
export function maskJson(json: string, mask: Mask): string {
  // Most pieces have none, and one look at all of it is quicker than many.
  if (mask.find(json).length === 0) return json;
  return json.replaceAll(token, (whole: string, text: string | undefined, colon: string | undefined) => {
    // A number is masked only when it is the secret: as a part of others it tells nothing.
    if (text === undefined) return mask.apply(whole) === MASK ? JSON.stringify(MASK) : whole;
    const plain: unknown = JSON.parse(text);
    if (typeof plain !== 'string' || (colon !== undefined && artifactKeys.has(plain))) return whole;
    const shown = mask.apply(plain);
    return shown === plain ? whole : `${JSON.stringify(shown)}${colon ?? ''}`;
  });
}
