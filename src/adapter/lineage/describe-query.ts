/** Turns what a walk over a plan found into plain data. */
import type { BoundColumn, BoundQuery, Influence, OpaquePart, Proofs, SourceEdge, TypeMisfit } from '../analysis.ts';
import type { Column } from '../relation.ts';
import { isCounted, kindOfEdge, sourceOfEdge } from './column-lineage.ts';
import type { ColumnLineage, EdgeId } from './column-lineage.ts';
import { flattenInfluences, influenceOf, noInfluences } from './influences.ts';
import type { InfluenceId, Influences } from './influences.ts';
import type { InputTable } from './input-table.ts';
import { shareColumn, shareInfluence, shareSource } from './shared-parts.ts';

export interface TracedQuery {
  readonly columns: readonly Column[];
  /** Of each column. */
  readonly lineages: readonly ColumnLineage[];
  /** For each column the name that it shares with one before it. */
  readonly duplicates: readonly (string | undefined)[];
  readonly influences: Influences;
  readonly inputs: InputTable;
  readonly proofs: Proofs;
  readonly misfits: readonly TypeMisfit[];
  readonly opaque: readonly OpaquePart[];
}

/** What decides about all rows is not said again of single columns. */
export function describeQuery({ columns, lineages, duplicates, influences, inputs, proofs, misfits, opaque }: TracedQuery): BoundQuery {
  const ofRows = flattenInfluences(influences);
  // Wide queries name the same source again and again: one object for each edge.
  const edge = remembered((id: EdgeId): SourceEdge => {
    const described = { ...inputs.source(sourceOfEdge(id)), kind: kindOfEdge(id) };
    return shareSource(isCounted(id) ? { ...described, counted: true } : described);
  });
  const influence = remembered((id: InfluenceId): Influence =>
    shareInfluence({ ...inputs.source(influenceOf(id).source), kind: influenceOf(id).kind }),
  );
  const described = columns.map(({ name, type }, at): BoundColumn => {
    const lineage = lineages[at];
    const column = {
      name,
      type,
      sources: lineage === undefined ? [] : lineage.edges.map(edge),
      influences: lineage === undefined || lineage.influences === noInfluences ? [] : without(ofRows, lineage.influences).map(influence),
    };
    const duplicateOf = duplicates[at];
    return duplicateOf === undefined ? shareColumn(column) : { ...column, duplicateOf };
  });
  return {
    columns: described,
    inputs: inputs.inputs(),
    influences: [...ofRows].map(influence),
    proofs,
    misfits,
    opaque: withoutDoubles(opaque),
  };
}

function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

function without(known: ReadonlySet<InfluenceId>, found: Influences): readonly InfluenceId[] {
  return [...flattenInfluences(found)].filter((id) => !known.has(id));
}

function withoutDoubles(parts: readonly OpaquePart[]): readonly OpaquePart[] {
  if (parts.length < 2) return parts;
  return [...new Map(parts.map((part) => [`${part.kind} ${part.name}`, part])).values()];
}
