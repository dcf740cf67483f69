/** Remembers what the tables of the scratch database stand for. */
import type { Stub } from '../../../adapter/analysis.ts';
import { dialect } from '../dialect.ts';
import type { ScratchTable } from './file-stand-ins.ts';
import type { Origin } from './scan-names.ts';

export interface StubRegistry {
  readonly declare: (stub: Stub) => void;
  /** A table that stands for a call that reads files. */
  readonly declareReader: (table: ScratchTable, name: string, call: string) => void;
  readonly origin: (schema: string, table: string) => Origin;
  readonly stub: (schema: string, table: string) => Stub | undefined;
}

export function createStubRegistry(): StubRegistry {
  const entries = new Map<string, { readonly origin: Origin; readonly stub?: Stub }>();
  const keyOf = (schema: string, table: string): string => JSON.stringify([schema, table].map(dialect.foldIdentifier));
  return {
    declare: (stub) => {
      entries.set(keyOf(stub.relation.schema, stub.relation.name), { origin: originOf(stub), stub });
    },
    declareReader: ({ schema, table }, name, call) => {
      entries.set(keyOf(schema, table), { origin: { kind: 'function', name, call } });
    },
    origin: (schema, table) =>
      entries.get(keyOf(schema, table))?.origin ?? { kind: 'relation', relation: { schema, name: table }, notNull: new Set(), unique: [] },
    stub: (schema, table) => entries.get(keyOf(schema, table))?.stub,
  };
}

function originOf({ relation, columns, primaryKey, proofs }: Stub): Origin {
  const spelled = new Map(columns.map(({ name }) => [dialect.foldIdentifier(name), name]));
  const declared = (name: string): string => spelled.get(dialect.foldIdentifier(name)) ?? name;
  const unique = [...(primaryKey === undefined ? [] : [primaryKey]), ...(proofs?.unique ?? [])];
  return {
    kind: 'relation',
    relation,
    notNull: new Set([...(primaryKey ?? []), ...(proofs?.notNull ?? [])].map(declared)),
    unique: unique.map((key) => key.map(declared)),
  };
}
