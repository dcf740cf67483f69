/** The table that holds the rows which a model's tests have set aside. */
import type { Relation } from '../adapter/relation.ts';
import type { CompiledModel } from '../compile/compiled.ts';
import { neighbourName } from './neighbour-name.ts';

/** In the schema that config names, or else beside the model. */
export function quarantineRelation({ relation, config }: Pick<CompiledModel, 'relation' | 'config'>): Relation {
  return { schema: config.quarantine?.schema ?? relation.schema, name: neighbourName(relation.name, '__quarantine') };
}

/** Columns of `tx` behind those of the model. */
export const quarantineColumns = {
  _tx_row_id: 'text',
  _tx_reasons: 'text',
  _tx_rules: 'text',
  _tx_run_id: 'text',
  _tx_quarantined_at: 'timestamp',
} as const;
