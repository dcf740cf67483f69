/** Says in what two fingerprints of a node differ: what stands was made from the one, and would be made from the other now. */
import { readingPart, unsteadyPart } from './fingerprint.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Reason } from './plan.ts';

/** A reason, and each thing that speaks for it in words: none where it is not true. */
export type ReasonInWords = readonly [Reason, readonly string[]];

/** The reasons that lie in the node itself, the weightiest first. */
export function describeDifferences(before: Fingerprint, now: Fingerprint): readonly ReasonInWords[] {
  const differs = differences(before, now);
  return [
    ['seed-changed', differs.includes('file') && !differs.includes(readingPart) ? ['its file has changed'] : []],
    ['sql-changed', differs.filter(isText).map((name) => `its ${partInWords(name)} has changed`)],
    ['config-changed', differs.filter((name) => !isText(name) && name !== 'file').map((name) => describeChange(name, before, now))],
  ];
}

/** Whether a part is a query. */
export const isText = (name: string): boolean => name.startsWith('sql');

/** Whether the query that would make all of it is among what differs. */
export function isRewritten(differs: readonly string[]): { readonly rewritten?: true } {
  return differs.includes('sql') ? { rewritten: true } : {};
}

/** Whether the queries tell all that may be other in the data: a contract refuses what does not keep it, and changes nothing. */
export function isToldByQuery(differs: readonly string[]): boolean {
  return differs.every((name) => name === 'sql' || name === 'contract');
}

export function differences(before: Fingerprint, now: Fingerprint): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => before[name] !== now[name] && name !== unsteadyPart);
}

/** What differs, for people. The names of parts themselves stand in the state. */
export const partInWords = (name: string): string => name.replace(/^sql\b/, 'SQL');

/** Parts that are more than one thing. */
const severalParts: ReadonlySet<string> = new Set([
  'indexes',
  'constraints',
  'files',
  'merge columns',
  'incremental_predicates',
  'deletions',
]);

const hashLike = /^[0-9a-f]{32,}$/;

function describeChange(name: string, before: Fingerprint, now: Fingerprint): string {
  const [old = 'nothing', current = 'nothing'] = [before[name], now[name]];
  const changed = `its ${name} ${severalParts.has(name) ? 'have' : 'has'} changed`;
  return hashLike.test(old) || hashLike.test(current) ? changed : `${changed} from ${old} to ${current}`;
}
