/** Takes a CASE apart into its conditions. */
import type { Range } from '../../parse/code-tokens.ts';
import { isWord, topLevel } from '../../parse/code-tokens.ts';
import type { Text } from './scope.ts';

export interface CaseParts {
  readonly operand?: Range;
  readonly whens: readonly Range[];
  readonly end: Range;
}

/** The CASE that begins at a token and ends before another; undefined where it has no `end`. */
export function readCase({ tokens }: Text, start: number, to: number): CaseParts | undefined {
  const whens: Range[] = [];
  let operand: Range | undefined;
  let open: number | undefined;
  let depth = 0;
  for (const at of topLevel(tokens, { from: start + 1, to })) {
    if (isWord(tokens, at, 'case')) depth += 1;
    else if (isWord(tokens, at, 'end') && depth > 0) depth -= 1;
    else if (depth > 0) continue;
    else if (isWord(tokens, at, 'when')) {
      if (whens.length === 0 && open === undefined && at > start + 1) operand = { from: start + 1, to: at };
      open = at + 1;
    } else if (isWord(tokens, at, 'then') && open !== undefined) whens.push({ from: open, to: at });
    else if (isWord(tokens, at, 'end'))
      return whens.length === 0 ? undefined : { ...(operand === undefined ? {} : { operand }), whens, end: { from: at, to: at + 1 } };
  }
  return undefined;
}
