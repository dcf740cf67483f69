/** The table that holds the rows which a model's tests have set aside. */
import { createHash } from 'node:crypto';
import type { Relation } from '../adapter/relation.ts';
import type { CompiledModel } from '../compile/compiled.ts';

const suffix = '__quarantine';
/** Bytes of a name that every engine takes. */
const longest = 63;

/** `orders__quarantine`; a name that would be too long loses its end and gets a hash instead. */
function quarantineName(name: string): string {
  const bytes = new TextEncoder().encode(name + suffix);
  if (bytes.length <= longest) return name + suffix;
  const hash = `_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  const head = new TextDecoder().decode(bytes.slice(0, longest - suffix.length - hash.length)).replace(/\ufffd+$/, '');
  return head + hash + suffix;
}

/** In the schema that config names, or else beside the model. */
export function quarantineRelation({ relation, config }: Pick<CompiledModel, 'relation' | 'config'>): Relation {
  return { schema: config.quarantine?.schema ?? relation.schema, name: quarantineName(relation.name) };
}

/** Columns of `tx` behind those of the model. */
export const quarantineColumns = {
  _tx_row_id: 'text',
  _tx_reasons: 'text',
  _tx_rules: 'text',
  _tx_run_id: 'text',
  _tx_quarantined_at: 'timestamp',
} as const;
