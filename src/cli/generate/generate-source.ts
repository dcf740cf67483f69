/** YAML of the tables that stand in a schema: new ones, and new columns of those that are declared. */
import type { CatalogRelation } from '../../adapter/relation.ts';
import type { CompiledSource } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { NamedEntry } from '../../generate/add-to-yaml.ts';
import { columnEntry } from '../../generate/column-entry.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { GenerateWork, Proposed } from './proposal.ts';
import { proposeEntries } from './proposal.ts';
import { readCatalog } from './read-catalog.ts';

export async function generateSource(work: GenerateWork, schema: string): Promise<Proposed> {
  const { loaded } = work;
  const found = await readCatalog(work, [schema]);
  const foreign = found.filter((relation) => !isOwn(loaded, relation));
  if (foreign.length === 0) throw new Stop(exitCodes.usage, [diagnose('generate-schema-empty', { schema, own: found.length })]);
  const declared = sourcesOf(loaded).filter((source) => isSame(loaded, source.relation.schema, schema));
  const [first] = declared;
  const tables = [...foreign]
    .sort((a, b) => (a.relation.name < b.relation.name ? -1 : 1))
    .map((relation): NamedEntry =>
      describe(
        relation,
        declared.find((source) => isSame(loaded, source.relation.name, relation.relation.name)),
      ),
    );
  // A table that another source of the same schema declares stays there.
  const elsewhere = new Set(declared.filter((source) => source.sourceName !== first?.sourceName).map(({ name }) => name));
  const name = first?.sourceName ?? freeName(loaded, schema);
  const entry: NamedEntry = {
    name,
    values: name === schema ? [] : [['schema', schema]],
    lists: [{ key: 'tables', entries: tables.filter((table) => !elsewhere.has(table.name)) }],
  };
  const path = first === undefined ? fileForSources(loaded) : (first.propertiesPath ?? first.path);
  return { root: loaded.project.root, ...proposeEntries(work, path, { key: 'sources', entries: [entry] }) };
}

function describe({ relation, columns }: CatalogRelation, declared: CompiledSource | undefined): NamedEntry {
  return {
    name: declared?.name ?? relation.name,
    values: [],
    lists: [{ key: 'columns', entries: columns.map((column) => columnEntry(column)) }],
  };
}

function isOwn({ graph, engine }: LoadedGraph, { relation }: CatalogRelation): boolean {
  const fold = engine.dialect.foldIdentifier;
  for (const node of graph.nodes.values()) {
    if (node.resourceType !== 'model' && node.resourceType !== 'seed' && node.resourceType !== 'snapshot') continue;
    if (fold(node.relation.schema) === fold(relation.schema) && fold(node.relation.name) === fold(relation.name)) return true;
  }
  return false;
}

function isSame({ engine }: LoadedGraph, one: string, other: string): boolean {
  return engine.dialect.foldIdentifier(one) === engine.dialect.foldIdentifier(other);
}

function sourcesOf({ graph }: LoadedGraph): readonly CompiledSource[] {
  return [...graph.nodes.values()].flatMap((node) => (node.resourceType === 'source' && node.external === undefined ? [node] : []));
}

/** The schema's own name, unless a source of another schema has it. */
function freeName({ graph }: LoadedGraph, schema: string): string {
  const taken = new Set([...graph.nodes.values()].flatMap((node) => (node.resourceType === 'source' ? [node.sourceName] : [])));
  let name = schema;
  for (let number = 2; taken.has(name); number += 1) name = `${schema}_${number}`;
  return name;
}

/** The file in which all sources are, if it is one; else a new one. */
function fileForSources({ graph, project }: LoadedGraph): string {
  const paths = new Set(
    [...graph.nodes.values()].flatMap((node) => (node.resourceType === 'source' ? [node.propertiesPath ?? node.path] : [])),
  );
  const [only, ...others] = paths;
  return only === undefined || others.length > 0 ? `${project.paths.models[0] ?? 'models'}/sources.yaml` : only;
}
