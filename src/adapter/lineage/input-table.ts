/** Numbers the inputs of a query and their columns, so that lineage can be kept as small sets of numbers. */
import { bug } from '../../diagnostics/bug.ts';
import type { QueryInput } from '../analysis.ts';
import type { Relation } from '../relation.ts';

/** A column of an input. */
export type SourceId = number & { readonly __sourceId: never };

export interface Source {
  readonly input: number;
  readonly column: string;
}

export interface InputTable {
  /** The same relation is one input, however often it is read. */
  readonly relation: (relation: Relation) => number;
  /** `key` tells calls of one function apart. */
  readonly tableFunction: (name: string, key: string) => number;
  readonly column: (input: number, column: string) => SourceId;
  readonly source: (id: SourceId) => Source;
  readonly inputs: () => readonly QueryInput[];
}

interface Entry {
  readonly describe: (columns: readonly string[]) => QueryInput;
  readonly columns: Map<string, SourceId>;
}

export function createInputTable(): InputTable {
  const entries: Entry[] = [];
  const places = new Map<string, number>();
  const sources: Source[] = [];

  function enter(key: string, describe: Entry['describe']): number {
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, entries.length);
    return entries.push({ describe, columns: new Map() }) - 1;
  }

  return {
    relation: (relation) =>
      enter(`relation ${JSON.stringify([relation.schema, relation.name])}`, (columns) => ({ kind: 'relation', relation, columns })),
    tableFunction: (name, key) => enter(`function ${JSON.stringify([name, key])}`, (columns) => ({ kind: 'function', name, columns })),
    column: (input, column) => {
      const { columns } = entries[input] ?? bug(`no input ${input}`);
      const known = columns.get(column);
      if (known !== undefined) return known;
      // The only maker of such numbers.
      const id = (sources.push({ input, column }) - 1) as SourceId;
      columns.set(column, id);
      return id;
    },
    source: (id) => sources[id] ?? bug(`no source ${id}`),
    inputs: () => entries.map(({ describe, columns }) => describe([...columns.keys()])),
  };
}
