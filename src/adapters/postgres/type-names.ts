/** Spells the types of result columns as the catalog does, asking the server once for each. */
import type { Client } from 'pg';
import { commonTypeName } from './cells.ts';
import { exchange } from './exchange.ts';
import type { Field } from './exchange.ts';

export interface TypeNames {
  /** Names for the types of `fields`, in their order; `client` is asked for those that are not known yet. */
  readonly of: (client: Client, fields: readonly Field[]) => Promise<readonly string[]>;
}

export function createTypeNames(): TypeNames {
  const known = new Map<string, string>();
  const keyOf = (field: Field): string => `${field.dataTypeID}, ${field.dataTypeModifier}`;
  const nameOf = (field: Field): string | undefined => commonTypeName(field.dataTypeID, field.dataTypeModifier) ?? known.get(keyOf(field));
  return {
    of: async (client, fields) => {
      const missing = [...new Set(fields.filter((field) => nameOf(field) === undefined).map(keyOf))];
      if (missing.length > 0) {
        const sql = `select ${missing.map((key) => `pg_catalog.format_type(${key})`).join(', ')}`;
        const [answer] = await exchange(client, { kind: 'queries', queries: [{ sql }] });
        missing.forEach((key, index) => known.set(key, answer?.rows[0]?.[index] ?? ''));
      }
      return fields.map((field) => nameOf(field) ?? '');
    },
  };
}
