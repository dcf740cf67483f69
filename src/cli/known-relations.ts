/** What the state knows of relations of a project, beside what stands of them now and who would build them. */
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import { isBuilt } from '../graph/graph.ts';
import type { GraphNode } from '../graph/graph.ts';
import { findNeighbours } from '../plan/find-neighbours.ts';
import type { Neighbour } from '../plan/find-neighbours.ts';
import { failuresRelation } from '../plan/neighbour-name.ts';
import { isOfProject } from '../plan/plan-build.ts';
import { readRunTargets } from '../state/run-targets.ts';
import { hasColumnsOf } from '../state/shape-hash.ts';
import type { RecordedBuild, StateSnapshot } from '../state/state-reader.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { LoadedGraph } from './load-graph.ts';
import { readStanding } from './open-database.ts';
import type { OpenTarget } from './ask-target.ts';

export interface KnownRelation {
  readonly build: RecordedBuild;
  /** Of the run that built it last; empty where that run is not known. */
  readonly target: string;
  readonly existing: CatalogRelation | undefined;
  /** `altered`: somebody else has changed its columns, or made something else of its name. */
  readonly stands: 'yes' | 'gone' | 'altered';
  /** A node of the project is built there. */
  readonly isBuilt: boolean;
}

export interface Known {
  readonly state: StateSnapshot;
  /** By their names. */
  readonly relations: readonly KnownRelation[];
  /** Tables beside these that nothing fills any more. */
  readonly neighbours: readonly Neighbour[];
}

/** Four statements at most, whatever is known. */
export async function readKnown({ adapter, session, connection }: OpenTarget, { project, graph }: LoadedGraph): Promise<Known> {
  const { dialect } = adapter;
  const { state } = await readStanding(adapter, session, project, graph);
  const own = state.builds.filter((build) => isOfProject(build, project.name));
  if (own.length === 0) return { state, relations: [], neighbours: [] };
  const subject = (relation: Relation): string => buildSubject(relation, dialect);
  const found = await adapter.catalog.relations(connection, [...new Set(own.map(({ relation }) => relation.schema))]);
  const standing = new Map(found.map((entry) => [subject(entry.relation), entry]));
  const targets = await readRunTargets(connection, project.stateSchema, dialect);
  const built = new Set([...graph.nodes.values()].flatMap((node) => placesOf(node).map(subject)));
  const relations = own.map((build): KnownRelation => {
    const name = subject(build.relation);
    const existing = standing.get(name);
    const shape = state.shapes[name];
    const isAsLeft = existing?.kind === build.relationKind && (shape === undefined || hasColumnsOf(shape, existing.columns));
    return {
      build,
      target: targets.get(build.runId) ?? '',
      existing,
      stands: existing === undefined ? 'gone' : isAsLeft ? 'yes' : 'altered',
      isBuilt: built.has(name),
    };
  });
  const neighbours = findNeighbours(own, {
    graph,
    existing: (relation) => standing.get(subject(relation)),
    isTaken: (relation) => built.has(subject(relation)) || relations.some(({ build }) => subject(build.relation) === subject(relation)),
  });
  return {
    state,
    neighbours,
    relations: relations.sort((a, b) => compare(shownRelation(a.build.relation), shownRelation(b.build.relation))),
  };
}

/** Where something is built for a node: of a test it is the view of its failing rows. */
function placesOf(node: GraphNode): readonly Relation[] {
  if (isBuilt(node)) return [node.relation];
  if (node.resourceType !== 'test' || node.config.failuresSchema === undefined) return [];
  return [failuresRelation(node.name, node.config.failuresSchema)];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function shownRelation({ schema, name }: Relation): string {
  return `${schema}.${name}`;
}
