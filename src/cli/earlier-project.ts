/** Reads the project of `--state`, and finds out what columns it had, for the documentation site. */
import { join, resolve } from 'node:path';
import type { Column } from '../adapter/relation.ts';
import type { Analysis, KnownColumns } from '../analyze/analysis.ts';
import { findEarlierColumns } from '../analyze/earlier-columns.ts';
import type { EarlierNode } from '../analyze/earlier-columns.ts';
import type { NodeId } from '../compile/compiled.ts';
import { slotNames, slotPlaceholder } from '../compile/slots.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { readCatalog } from '../docs/read-artifacts.ts';
import type { EarlierProject, StandingRelation } from '../docs/site-input.ts';
import { facetsOf } from '../graph/node-facets.ts';
import type { NodeFacets } from '../graph/node-facets.ts';
import { readSavedProject } from '../graph/read-saved-project.ts';
import type { SavedNode, SavedProject } from '../graph/read-saved-project.ts';
import { renameRelations } from '../graph/rename-relations.ts';
import { slotValues } from '../plan/texts.ts';
import type { Project } from '../project/project.ts';
import { anyRun } from './check-queries.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import { openOwnBinder } from './open-binder.ts';
import type { LoadedGraph } from './load-graph.ts';
import { createSavedFiles } from './saved-files.ts';
import { hashContent } from './select-nodes.ts';

/** What the folder of an earlier run holds. */
export interface SavedState {
  readonly folder: string;
  readonly project: SavedProject;
  readonly catalog: ReadonlyMap<string, StandingRelation>;
}

/** Undefined where nobody asked; stops where there is no manifest. */
export function readSavedState(host: Host, project: Project, state: string | undefined): SavedState | undefined {
  const file = createSavedFiles(host, project, state).fromState?.('manifest.json');
  if (state === undefined || file === undefined) return undefined;
  const stop = (code: 'state-file-missing' | 'state-file-unreadable', reason = ''): Stop =>
    new Stop(exitCodes.usage, [diagnose(code, { spec: '--state', path: file.path, reason, inState: true })]);
  if (file.kind === 'missing') throw stop('state-file-missing');
  if (file.kind === 'unreadable') throw stop('state-file-unreadable', file.reason);
  const saved = readSavedProject(file.text);
  if (saved === undefined) throw stop('state-file-unreadable', 'it is no manifest');
  const path = join(resolve(host.cwd, state), 'catalog.json');
  const catalog = host.files.stat(path)?.kind === 'file' ? new TextDecoder().decode(host.files.readBytes(path)) : '';
  return { folder: state, project: saved, catalog: readCatalog(catalog) };
}

export async function findEarlier(
  host: Host,
  loaded: LoadedGraph,
  analysis: Analysis | undefined,
  saved: SavedState,
): Promise<EarlierProject> {
  const { graph, engine } = loaded;
  const content = hashContent(host, loaded);
  const facets = new Map<NodeId, NodeFacets>();
  for (const node of graph.nodes.values()) facets.set(node.id, facetsOf(node, content));
  const nodes = renameNodes(loaded, saved, facets);
  const base = { folder: saved.folder, project: saved.project, nodes, facets };
  const adapter = await engine.load();
  const binder = analysis === undefined ? undefined : await openOwnBinder(adapter, loaded);
  if (analysis === undefined || binder === undefined) {
    return { ...base, columns: standingColumns(saved) };
  }
  try {
    const input = { nodes: fillRun(loaded, nodes), now: analysis.nodes, fold: engine.dialect.foldIdentifier };
    return { ...base, columns: await findEarlierColumns(input, binder) };
  } finally {
    await binder.close();
  }
}

/** Where queries are not followed, what stood is compared with what stands. */
function standingColumns({ project, catalog }: SavedState): EarlierProject['columns'] {
  const columns = new Map<NodeId, KnownColumns>();
  for (const id of project.nodes.keys()) {
    const stood = catalog.get(id);
    if (stood !== undefined)
      columns.set(id, { kind: 'known', origin: 'catalog', columns: stood.columns, proofs: { notNull: [], unique: [] } });
  }
  return columns;
}

/** Nodes of then with SQL that calls relations as they are called now: where another target puts them is no change. */
function renameNodes(
  { graph, engine }: LoadedGraph,
  saved: SavedState,
  facets: ReadonlyMap<NodeId, NodeFacets>,
): ReadonlyMap<NodeId, EarlierNode> {
  const { dialect } = engine;
  const relations = new Map<NodeId, EarlierNode['relation']>();
  const names = new Map<string, string>();
  for (const node of saved.project.nodes.values()) {
    const now = graph.nodes.get(node.id);
    const relation = node.relation === undefined || now === undefined || !('relation' in now) ? node.relation : now.relation;
    relations.set(node.id, relation);
    if (relation !== undefined && node.relationName !== undefined) names.set(node.relationName, dialect.relation(relation));
  }
  const nodes = new Map<NodeId, EarlierNode>();
  for (const node of saved.project.nodes.values()) {
    const now = graph.nodes.get(node.id);
    const file = now?.resourceType === 'source' ? now.external : undefined;
    nodes.set(node.id, {
      id: node.id,
      resourceType: node.resourceType,
      sql: node.sql === undefined || !isQuery(node) ? undefined : renameRelations(node.sql, names),
      relation: relations.get(node.id),
      file,
      parents: node.parents,
      isSame: isSame(node, facets.get(node.id)),
      columns: declaredColumns(node) ?? saved.catalog.get(node.id)?.columns,
    });
  }
  return nodes;
}

function isQuery({ resourceType }: SavedNode): boolean {
  return ['model', 'snapshot', 'test'].includes(resourceType);
}

/** All that decides about columns. */
function isSame({ resourceType, facets: before }: SavedNode, now: NodeFacets | undefined): boolean {
  if (now === undefined || before.body === undefined || before.body !== now.body) return false;
  return resourceType === 'source' ? before.relation === now.relation && before.contract === now.contract : before.configs === now.configs;
}

/** Undefined unless each has a type: what is left out may be there all the same. */
function declaredColumns({ columns }: SavedNode): readonly Column[] | undefined {
  const typed = columns.flatMap(({ name, type }) => (type === undefined ? [] : [{ name, type }]));
  return typed.length > 0 && typed.length === columns.length ? typed : undefined;
}

/** Any values will do where only types are asked for. */
function fillRun({ engine }: LoadedGraph, nodes: ReadonlyMap<NodeId, EarlierNode>): ReadonlyMap<NodeId, EarlierNode> {
  const values = slotValues(anyRun, engine.dialect);
  const fill = (sql: string): string =>
    slotNames.reduce((text, name) => text.replaceAll(slotPlaceholder(name), () => values[name] ?? 'null'), sql);
  return new Map([...nodes].map(([id, node]) => [id, node.sql?.includes('{{') === true ? { ...node, sql: fill(node.sql) } : node]));
}
