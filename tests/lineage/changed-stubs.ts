/** Declared relations after somebody changed one of their columns. */
import type { Stub } from '../../src/adapter/analysis.ts';

/** A stub whose column has another name. */
export function withRenamedColumn(stub: Stub, from: string, to: string): Stub {
  const renamed = (name: string): string => (name === from ? to : name);
  return {
    relation: stub.relation,
    columns: stub.columns.map((column) => ({ ...column, name: renamed(column.name) })),
    ...(stub.primaryKey === undefined ? {} : { primaryKey: stub.primaryKey.map(renamed) }),
    ...(stub.proofs === undefined
      ? {}
      : { proofs: { notNull: stub.proofs.notNull.map(renamed), unique: stub.proofs.unique.map((key) => key.map(renamed)) } }),
  };
}

/** A stub that lost a column, and what was known of it. */
export function withoutColumn(stub: Stub, dropped: string): Stub {
  const keys = (sets: readonly (readonly string[])[]): readonly (readonly string[])[] => sets.filter((key) => !key.includes(dropped));
  return {
    relation: stub.relation,
    columns: stub.columns.filter(({ name }) => name !== dropped),
    proofs: {
      notNull: [...(stub.primaryKey ?? []), ...(stub.proofs?.notNull ?? [])].filter((name) => name !== dropped),
      unique: keys([...(stub.primaryKey === undefined ? [] : [stub.primaryKey]), ...(stub.proofs?.unique ?? [])]),
    },
  };
}
