/** Entries of property files for models, with the columns that their queries give. */
import { posix } from 'node:path';
import type { Column } from '../../adapter/relation.ts';
import type { CompiledModel, NodeId } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { NamedEntry } from '../../generate/add-to-yaml.ts';
import { columnEntry } from '../../generate/column-entry.ts';
import { parseYaml } from '../../project/yaml/parse-yaml.ts';
import { entryOf } from '../../project/yaml/yaml-node.ts';
import { analyzeNodes } from '../analyze-nodes.ts';
import { requireSound } from '../check-queries.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { GenerateWork, Proposal, Proposed } from './proposal.ts';
import { proposeEntries } from './proposal.ts';
import { readCatalog } from './read-catalog.ts';

export async function generateYaml(work: GenerateWork, selected: ReadonlySet<NodeId>): Promise<Proposed> {
  const { loaded } = work;
  await requireSound(loaded, selected);
  // Versions of a model share what is said of their columns: that is for people to part.
  const models = [...selected].flatMap((id) => {
    const node = loaded.graph.nodes.get(id);
    return node?.resourceType === 'model' && node.version === undefined ? [node] : [];
  });
  const columns = await columnsOf(work, models);
  const byPath = new Map<string, NamedEntry[]>();
  for (const model of models) {
    const found = columns.get(model.id);
    if (found === undefined) continue;
    const entry = entryFor(loaded, model, found);
    const path = model.propertiesPath ?? fileFor(loaded, model);
    byPath.set(path, [...(byPath.get(path) ?? []), entry]);
  }
  const proposals: Proposal[] = [];
  const unknown = models.filter(({ id }) => !columns.has(id));
  const diagnostics: Diagnostic[] = unknown.map(({ id, name, path }) =>
    diagnose('columns-unknown', { node: name }, { node: id, span: { path, start: 0, end: 0 } }),
  );
  for (const [path, entries] of byPath) {
    const outcome = proposeEntries(work, path, { key: 'models', entries });
    proposals.push(...outcome.proposals);
    diagnostics.push(...outcome.diagnostics);
  }
  return { root: loaded.project.root, proposals, diagnostics };
}

function entryFor({ engine }: LoadedGraph, model: CompiledModel, columns: readonly Column[]): NamedEntry {
  const fold = engine.dialect.foldIdentifier;
  const described = new Set(model.columns.map(({ name }) => fold(name)));
  const missing = columns.filter(({ name }) => !described.has(fold(name)));
  return {
    name: model.name,
    values: [],
    lists: [{ key: 'columns', entries: missing.map(columnEntry) }],
  };
}

/** From the queries; where the engine does not type them, as the tables stand. */
async function columnsOf(work: GenerateWork, models: readonly CompiledModel[]): Promise<ReadonlyMap<NodeId, readonly Column[]>> {
  const { host, loaded } = work;
  const known = new Map<NodeId, readonly Column[]>();
  if (models.length === 0) return known;
  const outcome = await analyzeNodes(host, loaded, new Set(models.map(({ id }) => id)));
  if (outcome !== undefined) {
    for (const { id } of models) {
      const found = outcome.value.nodes.get(id);
      if (found?.kind === 'known') known.set(id, found.columns);
    }
    return known;
  }
  const fold = loaded.engine.dialect.foldIdentifier;
  const catalog = await readCatalog(work, [...new Set(models.map(({ relation }) => relation.schema))]);
  const key = (relation: { readonly schema: string; readonly name: string }): string => `${fold(relation.schema)}\n${fold(relation.name)}`;
  const standing = new Map(catalog.map(({ relation, columns }) => [key(relation), columns]));
  for (const { id, relation } of models) {
    const columns = standing.get(key(relation));
    if (columns !== undefined) known.set(id, columns);
  }
  return known;
}

/** A property file of the same folder that describes models; else a new one that is called like the folder. */
function fileFor({ project, texts }: LoadedGraph, { path }: CompiledModel): string {
  const folder = posix.dirname(path);
  const candidates = project.files.filter((file) => file.kind === 'properties' && posix.dirname(file.path) === folder);
  const described = candidates.find((file) => {
    const { value } = parseYaml({ path: file.path, text: texts.get(file.path) ?? '' });
    return entryOf(value, 'models') !== undefined;
  });
  return described?.path ?? `${folder}/${posix.basename(folder)}.yaml`;
}
