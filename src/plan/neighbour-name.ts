/** Names of tables that stand beside that of a model. */
import { createHash } from 'node:crypto';
import type { Relation } from '../adapter/relation.ts';

/** Bytes of a name that every engine takes. */
const longest = 63;

/** The view of the stored failing rows of a test. */
export function failuresRelation(test: string, schema: string): Relation {
  return { schema, name: neighbourName(test, '') };
}

/** `orders__quarantine`; a name that would be too long loses its end and gets a hash instead. */
export function neighbourName(name: string, suffix: string): string {
  const bytes = new TextEncoder().encode(name + suffix);
  if (bytes.length <= longest) return name + suffix;
  const hash = `_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  const head = new TextDecoder().decode(bytes.slice(0, longest - suffix.length - hash.length)).replace(/\ufffd+$/, '');
  return head + hash + suffix;
}
