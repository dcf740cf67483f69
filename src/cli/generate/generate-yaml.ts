/** Entries of property files for models, with the columns that their queries give. */
import { posix } from 'node:path';
import type { Column } from '../../adapter/relation.ts';
import type { PersonalColumns } from '../../analyze/personal.ts';
import type { CompiledModel, NodeId } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { NamedEntry } from '../../generate/add-to-yaml.ts';
import { columnEntry } from '../../generate/column-entry.ts';
import { shownName } from '../../graph/shown-name.ts';
import { parseYaml } from '../../project/yaml/parse-yaml.ts';
import { entryOf } from '../../project/yaml/yaml-node.ts';
import { analyzeNodes } from '../analyze-nodes.ts';
import { requireSound } from '../check-queries.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { findPersonal } from './find-personal.ts';
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
  const personal = await findPersonal(
    work.host,
    loaded,
    models.map(({ id }) => id),
  );
  const byPath = new Map<string, NamedEntry[]>();
  for (const model of models) {
    const found = columns.known.get(model.id);
    if (found === undefined) continue;
    const entry = entryFor(loaded, model, found, personal);
    const path = model.propertiesPath ?? fileFor(loaded, model);
    byPath.set(path, [...(byPath.get(path) ?? []), entry]);
  }
  const proposals: Proposal[] = [];
  const diagnostics: Diagnostic[] = [...columns.problems];
  for (const [path, entries] of byPath) {
    const outcome = proposeEntries(work, path, { key: 'models', entries });
    proposals.push(...outcome.proposals);
    diagnostics.push(...outcome.diagnostics);
  }
  return { root: loaded.project.root, proposals, diagnostics };
}

/** What is personal is so under any name: what is printed of a model masks only columns that are marked. */
function entryFor({ engine }: LoadedGraph, model: CompiledModel, columns: readonly Column[], { inherited }: PersonalColumns): NamedEntry {
  const fold = engine.dialect.foldIdentifier;
  const described = new Set(model.columns.map(({ name }) => fold(name)));
  const missing = columns.filter(({ name }) => !described.has(fold(name)));
  return {
    name: model.name,
    values: [],
    lists: [{ key: 'columns', entries: missing.map((column) => columnEntry(column, inherited({ node: model.id, column: column.name }))) }],
  };
}

interface FoundColumns {
  readonly known: ReadonlyMap<NodeId, readonly Column[]>;
  /** Why some are not. */
  readonly problems: readonly Diagnostic[];
}

/** From the queries; where the engine does not type them, as the tables stand. */
async function columnsOf(work: GenerateWork, models: readonly CompiledModel[]): Promise<FoundColumns> {
  const { host, loaded } = work;
  const known = new Map<NodeId, readonly Column[]>();
  if (models.length === 0) return { known, problems: [] };
  const outcome = await analyzeNodes(host, loaded, new Set(models.map(({ id }) => id)));
  if (outcome === undefined) return await standingColumns(work, models);
  // Only where knowledge ends, not for all that follows from it.
  const ends = new Set<NodeId>();
  for (const { id } of models) {
    const found = outcome.value.nodes.get(id);
    if (found?.kind === 'known') known.set(id, found.columns);
    else if (found?.kind === 'unknown' && found.why !== 'above-refused') ends.add(found.at);
  }
  const errors = outcome.diagnostics.filter(({ severity }) => severity === 'error');
  return { known, problems: [...errors, ...describeUnknown(work, [...ends])] };
}

async function standingColumns(work: GenerateWork, models: readonly CompiledModel[]): Promise<FoundColumns> {
  const fold = work.loaded.engine.dialect.foldIdentifier;
  // An ephemeral model stands nowhere.
  const built = models.filter(({ config }) => config.materialized !== 'ephemeral');
  const catalog = await readCatalog(work, [...new Set(built.map(({ relation }) => relation.schema))]);
  const key = (relation: { readonly schema: string; readonly name: string }): string => `${fold(relation.schema)}\n${fold(relation.name)}`;
  const standing = new Map(catalog.map(({ relation, columns }) => [key(relation), columns]));
  const known = new Map<NodeId, readonly Column[]>();
  for (const { id, relation } of built) {
    const columns = standing.get(key(relation));
    if (columns !== undefined) known.set(id, columns);
  }
  return {
    known,
    problems: describeUnknown(
      work,
      built.flatMap(({ id }) => (known.has(id) ? [] : [id])),
    ),
  };
}

const mostNamed = 10;

function describeUnknown({ screen, loaded }: GenerateWork, ids: readonly NodeId[], help?: string): readonly Diagnostic[] {
  if (ids.length > mostNamed) screen.note(`columns of ${ids.length} nodes are not known; the first ${mostNamed} are`);
  return ids.slice(0, mostNamed).flatMap((id): readonly Diagnostic[] => {
    const node = loaded.graph.nodes.get(id);
    const where = { node: id, help, span: node === undefined ? undefined : { path: node.path, start: 0, end: 0 } };
    return node === undefined ? [] : [diagnose('columns-unknown', { node: shownName(node) }, where)];
  });
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
