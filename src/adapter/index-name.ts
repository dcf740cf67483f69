/** Names for the indexes that config asks for: the same for the same index, and not too long for any engine. */
import { createHash } from 'node:crypto';
import type { WantedIndex } from './operation.ts';
import type { Relation } from './relation.ts';

/** Bytes of the table's name that people see in the name of an index. */
const readable = 20;

/** `orders_0123456789ab_idx`. */
export function indexName(target: Relation, index: WantedIndex): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([target.schema, target.name, index]))
    .digest('hex');
  const head = new TextDecoder().decode(new TextEncoder().encode(target.name).slice(0, readable)).replace(/\ufffd+$/, '');
  return `${head}_${hash.slice(0, 12)}_idx`;
}

/** Whether `tx` gave an index its name: then config alone says whether it stays. */
export function isIndexName(name: string): boolean {
  return /_[0-9a-f]{12}_idx$/.test(name);
}
