/** Finds tables that stand beside those of models, and into which nothing is written any more. */
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { CompiledModel, NodeId } from '../compile/compiled.ts';
import { isBuilt } from '../graph/graph.ts';
import type { Graph } from '../graph/graph.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { deletionsRelation, isDeletionsTable } from './deletions-table.ts';
import { neighbourName } from './neighbour-name.ts';
import { quarantineColumns, quarantineRelation } from './quarantine-table.ts';

/** Such a table, and the build of the relation that it stands beside. */
export interface Neighbour {
  readonly relation: Relation;
  readonly owner: RecordedBuild;
  /** Deleted keys, or rows that were set aside. */
  readonly holds: 'deletions' | 'rows';
}

interface Seen {
  readonly graph: Graph;
  /** What stands at a place. */
  readonly existing: (relation: Relation) => CatalogRelation | undefined;
  /** Whether a node is built there, or a build there is known. */
  readonly isTaken: (relation: Relation) => boolean;
}

export function findNeighbours(builds: readonly RecordedBuild[], { graph, existing, isTaken }: Seen): readonly Neighbour[] {
  return builds.flatMap((owner): readonly Neighbour[] => {
    const model = modelOf(graph, owner);
    const found: Neighbour[] = [];
    if (model === undefined || !followsDeletions(model))
      found.push({ relation: deletionsRelation(owner.relation), owner, holds: 'deletions' });
    if (model === undefined || !setsAside(graph, model)) found.push({ relation: heldBeside(owner, model), owner, holds: 'rows' });
    return found.filter(({ relation, holds }) => {
      const entry = existing(relation);
      return entry !== undefined && !isTaken(relation) && (holds === 'deletions' ? isDeletionsTable(entry) : isQuarantine(entry));
    });
  });
}

/** The model that is still built there. */
function modelOf(graph: Graph, { node: id, relation }: RecordedBuild): CompiledModel | undefined {
  // What the state calls a node has the form of an id, or is none of the graph.
  const node = graph.nodes.get(id as NodeId);
  return node !== undefined && isBuilt(node) && node.resourceType === 'model' && node.relation.name === relation.name ? node : undefined;
}

function followsDeletions({ config }: CompiledModel): boolean {
  return config.materialized === 'incremental' && config.events?.deleteWhen !== undefined;
}

function setsAside(graph: Graph, model: CompiledModel): boolean {
  return (graph.children.get(model.id) ?? []).some((id) => {
    const node = graph.nodes.get(id);
    return node?.resourceType === 'test' && node.config.onFail === 'quarantine';
  });
}

/** Which schema a model named that is gone, nobody knows any more. */
function heldBeside({ relation }: RecordedBuild, model: CompiledModel | undefined): Relation {
  return model === undefined ? { ...relation, name: neighbourName(relation.name, '__quarantine') } : quarantineRelation(model);
}

function isQuarantine({ kind, columns }: CatalogRelation): boolean {
  const names = new Set(columns.map(({ name }) => name));
  return kind === 'table' && Object.keys(quarantineColumns).every((column) => names.has(column));
}
