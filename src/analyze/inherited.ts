/** Finds what is said of the column whose values another one hands on unchanged. */
import type { ColumnGraph, ColumnRef } from './column-graph.ts';

/** More steps than any chain of models that only hand a column on. */
const longestChain = 1000;

/** The nearest column above of which `say` knows something, through identity alone; undefined where values are made of several, or computed. */
export function inheritFrom<T>(
  edges: ColumnGraph | undefined,
  start: ColumnRef,
  say: (column: ColumnRef) => T | undefined,
): { readonly said: T; readonly from: ColumnRef } | undefined {
  let at = start;
  for (let step = 0; step < longestChain; step += 1) {
    const into = edges?.into(at) ?? [];
    const [only] = into;
    if (only === undefined || into.length > 1 || only.kind !== 'identity') return undefined;
    at = only.from;
    const said = say(at);
    if (said !== undefined) return { said, from: at };
  }
  return undefined;
}
