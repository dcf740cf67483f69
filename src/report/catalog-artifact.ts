/** Writes what stands in the database as dbt's catalog.json, version 1. */
import type { Column, RelationKind } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { ArtifactOrigin } from './artifact-metadata.ts';
import { artifactMetadata } from './artifact-metadata.ts';

/** A relation or file as the database has it, and the node that it belongs to. */
export interface CatalogEntry {
  readonly id: NodeId;
  readonly kind: RelationKind;
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** Rows when it was last built, where that is known. */
  readonly rows: number | undefined;
}

/** The text of the catalog. Mask it before it is written. */
export function* renderCatalog(
  entries: { readonly nodes: readonly CatalogEntry[]; readonly sources: readonly CatalogEntry[] },
  errors: readonly string[],
  origin: ArtifactOrigin,
): Generator<string, void, undefined> {
  yield `{"metadata":${JSON.stringify(artifactMetadata('catalog', origin))},"nodes":{`;
  yield* renderEntries(entries.nodes);
  yield '},"sources":{';
  yield* renderEntries(entries.sources);
  yield `},"errors":${JSON.stringify(errors.length === 0 ? null : errors)}}\n`;
}

function* renderEntries(entries: readonly CatalogEntry[]): Generator<string, void, undefined> {
  let separator = '';
  for (const entry of entries) {
    yield `${separator}${JSON.stringify(entry.id)}:${JSON.stringify(describe(entry))}`;
    separator = ',';
  }
}

function describe({ id, kind, database, schema, name, columns, rows }: CatalogEntry): object {
  const described = columns.map(
    (column, at) => [column.name, { type: column.type, index: at + 1, name: column.name, comment: null }] as const,
  );
  return {
    metadata: { type: kind === 'table' ? 'BASE TABLE' : kind.toUpperCase(), schema, name, database, comment: null, owner: null },
    columns: Object.fromEntries(described),
    stats: {
      has_stats: {
        id: 'has_stats',
        label: 'Has Stats?',
        value: rows !== undefined,
        include: false,
        description: 'whether there are statistics for this relation',
      },
      ...(rows === undefined
        ? {}
        : { num_rows: { id: 'num_rows', label: 'Rows', value: rows, include: true, description: 'rows when it was last built' } }),
    },
    unique_id: id,
  };
}
