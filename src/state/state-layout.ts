/** Tells from the catalog what stands in the state schema: this form of the tables, an older one, or something else. */
import type { CatalogRelation, RelationKind } from '../adapter/relation.ts';
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { laterColumns, laterTables, stateRelation, stateTables, stateVersion, stateViews } from './state-tables.ts';

/** Nothing yet, tables and views of ours, or something that is not. */
export type StateLayout =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  | {
      readonly kind: 'foreign';
      readonly table: string;
      readonly missing: readonly string[];
      /** The table of versions is ours, so the others may be those of another version. */
      readonly versioned: boolean;
    };

interface ExpectedRelation {
  readonly name: string;
  readonly kind: RelationKind;
  readonly columns: readonly string[];
}

/** Version 1 had its views in several forms, so of older views only those columns are asked for that all forms had. */
const oldestViewColumns: readonly string[] = ['run_id', 'node_id'];

function tablesOf(version: number): readonly ExpectedRelation[] {
  return Object.entries(stateTables)
    .filter(([name]) => (laterTables[name] ?? 1) <= version)
    .map(([name, columns]) => ({
      name,
      kind: 'table',
      columns: Object.keys(columns).filter((column) => (laterColumns[`${name}.${column}`] ?? 1) <= version),
    }));
}

function viewsOf(version: number): readonly ExpectedRelation[] {
  return Object.entries(stateViews).map(([name, view]) => ({
    name,
    kind: 'view',
    columns: version === stateVersion ? Object.keys(view.columns) : oldestViewColumns,
  }));
}

type Found = ReadonlyMap<string, CatalogRelation>;

/** What stands in the schema, by its folded name. */
export function relationsOf(schema: string, catalog: readonly CatalogRelation[], dialect: Dialect): Found {
  const fold = dialect.foldIdentifier;
  return new Map(
    catalog.filter((entry) => fold(entry.relation.schema) === fold(schema)).map((entry) => [fold(entry.relation.name), entry]),
  );
}

/** Compares the catalog with the tables and views of a version; of an older one, views may be missing. */
export function inspectStateLayout(
  schema: string,
  catalog: readonly CatalogRelation[],
  dialect: Dialect,
  version: number = stateVersion,
): StateLayout {
  const { foldIdentifier: fold } = dialect;
  const found = relationsOf(schema, catalog, dialect);
  const views = viewsOf(version).filter(({ name }) => version === stateVersion || found.has(fold(name)));
  const expected = [...tablesOf(version), ...views];
  if (expected.every(({ name }) => !found.has(fold(name)))) return { kind: 'absent' };
  const problemOf = ({ name, kind, columns }: ExpectedRelation): readonly string[] | undefined => {
    const entry = found.get(fold(name));
    if (entry === undefined) return columns;
    const present = new Set(entry.columns.map((column) => fold(column.name)));
    const missing = columns.filter((column) => !present.has(fold(column)));
    return entry.kind !== kind || missing.length > 0 ? missing : undefined;
  };
  const versioned = tablesOf(1).every((table) => table.name !== 'meta' || problemOf(table) === undefined);
  // A table of somebody else says more than one of ours that is not there beside it.
  const inOrder = [...expected].sort((a, b) => Number(found.has(fold(b.name))) - Number(found.has(fold(a.name))));
  for (const wanted of inOrder) {
    const missing = problemOf(wanted);
    if (missing !== undefined) return { kind: 'foreign', table: wanted.name, missing, versioned };
  }
  return { kind: 'present' };
}

/** The version that the table of versions names, and who wrote it; undefined where it is empty. */
export async function readStateVersion(
  connection: Connection,
  schema: string,
  dialect: Dialect,
): Promise<{ readonly version: number; readonly txVersion: string } | undefined> {
  const meta = dialect.relation(stateRelation(schema, 'meta'));
  const { rows } = await connection.query({ sql: `select version, tx_version from ${meta} order by version desc limit 1` });
  const [[version, txVersion] = []] = rows;
  return typeof version === 'number' ? { version, txVersion: String(txVersion) } : undefined;
}
