/** Environments that have a database of their own: the target beside it, and what of the target is read there. */
import { join, resolve } from 'node:path';
import type { Adapter, AttachedDatabase } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { DeferredRelation } from '../plan/defer-nodes.ts';
import type { Project } from '../project/project.ts';
import { envFilesOf, envNameProblem, inEnvironment, schemaIn, stateSchemaOfTarget } from '../project/target-environment.ts';
import { listEnvironments } from '../state/list-environments.ts';
import { shapeHash } from '../state/shape-hash.ts';
import { askTargetIfAny } from './ask-target.ts';
import { besideTarget } from './beside-target.ts';
import type { FoundDeferral } from './deferral.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { DatabaseOptions } from './options.ts';
import type { Screen } from './screen.ts';

/** A relation of the target, as sessions of the environment name it. */
export function inBeside(relation: Relation, beside: AttachedDatabase | undefined): Relation {
  const { schema, name } = relation;
  return beside === undefined ? relation : { database: beside.name, schema, name };
}

/** The database of the environment, as sessions of the target name it; undefined where both are one. */
export function environmentBeside(adapter: Adapter, project: Project): AttachedDatabase | undefined {
  const { target, root } = project;
  const { env } = target;
  if (env?.apart === undefined) return undefined;
  const taken = [target.schema, stateSchemaOfTarget(project), ...adapter.capabilities.ownSchemas];
  return adapter.attachment?.(target, { target: env.apart, projectRoot: root }, taken);
}

/** What an environment in a database of its own reads in any case where the target has it: its sources. */
export async function findSourcesBeside(
  host: Host,
  screen: Screen,
  { project, engine, graph }: LoadedGraph,
  options: DatabaseOptions,
): Promise<FoundDeferral | undefined> {
  const { apart } = project.target.env ?? {};
  if (apart === undefined) return undefined;
  const beside = besideTarget(host, await engine.load(), project);
  const relations = new Map<NodeId, DeferredRelation>();
  const columns = new Map<NodeId, CatalogRelation['columns']>();
  if (beside === undefined) return { relations, columns, attached: [] };
  const sources = [...graph.nodes.values()].flatMap((node) =>
    node.resourceType === 'source' && node.external === undefined ? [node] : [],
  );
  const fold = engine.dialect.foldIdentifier;
  const key = ({ schema, name }: Relation): string => JSON.stringify([fold(schema), fold(name)]);
  const schemas = [...new Set(sources.map(({ relation }) => relation.schema))];
  const theirs = { project: { ...project, target: apart }, engine };
  const catalog =
    schemas.length === 0
      ? []
      : ((await askTargetIfAny(host, screen, theirs, { options }, ({ adapter, connection }) =>
          adapter.catalog.relations(connection, schemas),
        )) ?? []);
  const standing = new Map(catalog.map((entry) => [key(entry.relation), entry]));
  for (const { id, relation } of sources) {
    const found = standing.get(key(relation));
    // What the target does not have either is named as it is written.
    if (found === undefined) continue;
    relations.set(id, { own: relation, relation: inBeside(found.relation, beside), state: shapeHash(found.columns) });
    columns.set(id, found.columns);
  }
  return { relations, columns, attached: [beside] };
}

/** The names of all environments of the target. */
export async function environmentNames(host: Host, { project, engine }: LoadedGraph, connection: Connection): Promise<readonly string[]> {
  const files = listEnvironmentFiles(host, project);
  return files === undefined ? listEnvironments(connection, stateSchemaOfTarget(project), engine.dialect) : [...files.keys()];
}

/** The files of environments in the folder that the target names, by the names of the environments; undefined where they are schemas. */
export function listEnvironmentFiles(host: Host, project: Project): ReadonlyMap<string, Project> | undefined {
  const target = project.target.env?.apart ?? project.target;
  const place = envFilesOf(target);
  if (place === undefined) return undefined;
  const { root } = project;
  const folder = resolve(root, place.folder);
  const base = { ...project, target, stateSchema: stateSchemaOfTarget(project) };
  const found = new Map<string, Project>();
  if (host.files.stat(folder)?.kind !== 'directory') return found;
  const names = host.files.list(folder).map((entry) => entry.name);
  for (const file of names.sort()) {
    const isLong = file.length > place.start.length + place.end.length;
    const name =
      isLong && file.startsWith(place.start) && file.endsWith(place.end)
        ? file.slice(place.start.length, file.length - place.end.length)
        : '';
    if (envNameProblem(name) !== undefined || host.files.stat(join(folder, file))?.kind !== 'file') continue;
    const problems: Parameters<typeof inEnvironment>[2] = [];
    const env = inEnvironment(base, name, problems);
    if (env !== undefined && problems.length === 0) found.set(name, { ...env, stateSchema: schemaIn(base.stateSchema, name) });
  }
  return found;
}
