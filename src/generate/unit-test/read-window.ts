/** Reads what stands in the brackets behind `over`, as far as it decides which rows belong together, and in which order. */
import type { Range } from '../../parse/code-tokens.ts';
import { isWord, topLevel } from '../../parse/code-tokens.ts';
import type { Text } from './scope.ts';

export interface WindowParts {
  readonly partition?: Range;
  readonly order?: Range;
}

/** `open` is the bracket. */
export function readWindow({ tokens }: Text, open: number): WindowParts {
  const close = tokens.partners.get(open) ?? open;
  let partition: number | undefined;
  let order: number | undefined;
  let end = close;
  for (const at of topLevel(tokens, { from: open + 1, to: close })) {
    const isBy = isWord(tokens, at + 1, 'by');
    if (isBy && isWord(tokens, at, 'partition')) partition ??= at + 2;
    else if (isBy && isWord(tokens, at, 'order')) order ??= at + 2;
    else if (end === close && isWord(tokens, at, 'rows', 'range', 'groups') && isWord(tokens, at + 1, ...beginsFrame)) end = at;
  }
  return {
    ...(partition === undefined ? {} : { partition: { from: partition, to: order === undefined ? end : order - 2 } }),
    ...(order === undefined ? {} : { order: { from: order, to: end } }),
  };
}

const beginsFrame = ['between', 'unbounded', 'current'];
