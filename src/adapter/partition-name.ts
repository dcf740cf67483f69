/** Names of the partitions that `tx` makes: by these alone they are told from those of others. */
import { createHash } from 'node:crypto';
import type { Relation } from './relation.ts';

/** Bytes of the table's name and of the value that people see in the name of a partition. */
const readable = { table: 24, value: 20 };

function cut(text: string, bytes: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).slice(0, bytes)).replace(/\ufffd+$/, '');
}

/** `visits_2024_01_0123456789ab_part`, at most 63 bytes. Another `turn` gives the same partition another name. */
export function partitionName(table: Relation, { bound, label }: { readonly bound: string; readonly label: string }, turn: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([table.schema, table.name, bound, turn]))
    .digest('hex');
  const words = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const value = cut(words, readable.value);
  return `${cut(table.name, readable.table)}_${value === '' ? '' : `${value}_`}${hash.slice(0, 12)}_part`;
}

/** What the names of partitions that `tx` makes look like, as a regular expression that engines know too. */
export const partitionNamePattern = '_[0-9a-f]{12}_part$';

/** Whether `tx` made a partition: it takes away no others. */
export function isPartitionName(name: string): boolean {
  return new RegExp(partitionNamePattern).test(name);
}
