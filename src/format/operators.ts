/** Where an operator ends in a run of operator characters. */

export const operatorCharacters = '+-*/<>=~!@#%^&|`?';

/**
 * A comment ends an operator. One of several characters ends in `+` or `-` only if it has a character that arithmetic
 * does not have: `<>-1` is `<>` and `-1`.
 */
export function operatorLength(run: string): number {
  const comment = /--|\/\*/.exec(run);
  let length = comment === null || comment.index === 0 ? run.length : comment.index;
  const free = /[~!@#%^&|`?]/.test(run.slice(0, length));
  while (!free && length > 1 && '+-'.includes(run.charAt(length - 1))) length -= 1;
  return length;
}
