/** Finds out what `--against` means: a target, an environment, a schema, a database file, or the state of an earlier run. */
import { join, resolve } from 'node:path';
import type { Adapter, TargetSettings } from '../adapter/adapter.ts';
import type { Reach } from '../adapter/reach.ts';
import type { Relation } from '../adapter/relation.ts';
import type { CompiledModel, CompiledSeed, CompiledSnapshot } from '../compile/compiled.ts';
import { relationOf } from '../compile/naming.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { envNameProblem } from '../project/target-environment.ts';
import { isObject, parseObject } from '../report/parse-object.ts';
import { besideTarget } from './beside-target.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import { loadGraph } from './load-graph.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Openable } from './open-database.ts';
import type { ProjectOptions } from './options.ts';
import type { Screen } from './screen.ts';

export type Comparable = CompiledModel | CompiledSeed | CompiledSnapshot;

/** The other side of a comparison. */
export interface Against {
  /** In words: `schema prod`. */
  readonly what: string;
  readonly reach: Reach;
  /** Where a node stands there; undefined for one that is not known there. */
  readonly relationOf: (node: Comparable) => Relation | undefined;
  /** The target whose database it is, where a connection to that of the command cannot read it. */
  readonly other?: Openable;
  /** What to stop with when nothing at all is there. */
  readonly nothingThere?: Stop;
  /** It is an environment of the target, in which only a part stands. */
  readonly env?: string;
}

type Kind = 'target' | 'env' | 'schema' | 'file' | 'state';

interface Request {
  readonly host: Host;
  readonly screen: Screen;
  readonly loaded: LoadedGraph;
  readonly adapter: Adapter;
  readonly options: ProjectOptions;
  /** As the user wrote it. */
  readonly against: string;
}

export async function findAgainst(request: Request): Promise<Against> {
  const { kind, name } = classify(request);
  switch (kind) {
    case 'target':
      return againstTarget(request, name);
    case 'env':
      return againstEnvironment(request, name);
    case 'file':
      return againstFile(request, name);
    case 'state':
      return againstState(request, name);
    case 'schema':
      return againstSchema(request, name);
  }
}

/** A prefix decides; else a file, a folder with a manifest and a target are known when they are there, and all else is a schema. */
function classify({ host, loaded, against }: Request): { readonly kind: Kind; readonly name: string } {
  const [, prefix, rest = ''] = /^(target|env|schema|file|state):(.+)$/s.exec(against) ?? [];
  const kinds: readonly Kind[] = ['target', 'env', 'schema', 'file', 'state'];
  const given = kinds.find((kind) => kind === prefix);
  if (given !== undefined) return { kind: given, name: rest };
  const path = resolve(host.cwd, against);
  if (loaded.project.targetNames.includes(against)) return { kind: 'target', name: against };
  if (host.files.stat(path)?.kind === 'file') return { kind: 'file', name: against };
  if (host.files.stat(join(path, 'manifest.json')) !== undefined) return { kind: 'state', name: against };
  return { kind: /[\\/]|\.(?:duckdb|db)$/.test(against) ? 'file' : 'schema', name: against };
}

async function againstTarget(request: Request, name: string): Promise<Against> {
  const { host, screen, loaded, options } = request;
  if (!loaded.project.targetNames.includes(name)) throw notFound(request, 'no target of project.yaml');
  // In an environment, a target is what it is without one.
  const { env: _, ...plain } = options;
  const other = await loadGraph(host, silent(screen), { ...plain, target: name });
  const isApart = (await findReach(request, other.project.target)) === undefined && request.adapter.readInParts !== undefined;
  const { relation } = loaded.engine.dialect;
  return {
    what: `target ${name}`,
    ...(isApart
      ? { other, reach: { isSame: false, open: [], enter: [], relation } }
      : { reach: await reachOf(request, other.project.target) }),
    relationOf: relationIn(other),
  };
}

async function againstEnvironment(request: Request, name: string): Promise<Against> {
  const { host, screen, loaded, options } = request;
  const problem = envNameProblem(name);
  if (problem !== undefined) throw notFound(request, `no environment: its name ${problem}`);
  const other = await loadGraph(host, silent(screen), { ...options, env: name });
  const { apart } = other.project.target.env ?? {};
  if (apart !== undefined && loaded.project.target.env === undefined)
    throw unreadable(
      request.against,
      `its views read the database of the target, which cannot see them: look from there, \`tx diff --env ${name} --against ${apart.name}\``,
    );
  return {
    what: `environment ${name}`,
    env: name,
    reach: await reachOf(request, other.project.target),
    relationOf: relationIn(other),
  };
}

/** What is wrong with the project was said when it was loaded for its own target. */
function silent(screen: Screen): Screen {
  return { ...screen, showDiagnostics: () => undefined, note: () => undefined };
}

function relationIn({ graph }: LoadedGraph): Against['relationOf'] {
  return ({ id }) => {
    const node = graph.nodes.get(id);
    return node !== undefined && 'relation' in node ? node.relation : undefined;
  };
}

function findReach({ host, loaded, adapter, against }: Request, other: TargetSettings): Promise<Reach | undefined> | Reach | undefined {
  const { target, root } = loaded.project;
  if (other.type !== target.type)
    throw unreadable(against, `it is a target of \`${other.type}\`, and \`${target.name}\` one of \`${target.type}\``);
  return adapter.reach(target, other, root, besideTarget(host, adapter, loaded.project));
}

async function reachOf(request: Request, other: TargetSettings): Promise<Reach> {
  const { target } = request.loaded.project;
  const { against } = request;
  const reach = await findReach(request, other);
  if (reach === undefined) throw unreadable(against, `a connection to the database of \`${target.name}\` cannot read it`);
  return reach;
}

async function againstFile(request: Request, name: string): Promise<Against> {
  const { host, loaded } = request;
  const { target } = loaded.project;
  const path = resolve(host.cwd, name);
  if (host.files.stat(path)?.kind !== 'file') throw notFound(request, 'no file');
  if (typeof target.settings['path'] !== 'string') throw unreadable(request.against, `the target \`${target.name}\` is no database file`);
  const reach = await reachOf(request, { ...target, settings: { ...target.settings, path } });
  return { what: `file ${name}`, reach, relationOf: ({ relation }) => relation };
}

async function againstSchema(request: Request, name: string): Promise<Against> {
  const { project, engine } = request.loaded;
  const problem = engine.dialect.identifierProblem(name);
  if (problem !== undefined) throw notFound(request, `a name that ${problem}`);
  const other = { ...project, target: { ...project.target, schema: name } };
  return {
    what: `schema ${name}`,
    reach: await reachOf(request, project.target),
    nothingThere: notFound(request, 'no target, file or state folder, and the database has nothing in a schema of this name'),
    relationOf: ({ relation, config: { schema } }) => ({
      schema: relationOf(other, relation.name, { schema }).schema,
      name: relation.name,
    }),
  };
}

async function againstState(request: Request, name: string): Promise<Against> {
  const { host, loaded, against } = request;
  const { target } = loaded.project;
  const path = join(resolve(host.cwd, name), 'manifest.json');
  if (host.files.stat(path) === undefined) throw notFound(request, 'no folder with a manifest.json');
  const nodes = parseObject(new TextDecoder().decode(host.files.readBytes(path)))?.['nodes'];
  if (!isObject(nodes)) throw unreadable(against, 'its manifest.json is not one');
  return {
    what: `state ${name}`,
    reach: await reachOf(request, target),
    relationOf: ({ id }) => {
      const entry = nodes[id];
      if (!isObject(entry)) return undefined;
      const { database, schema, alias } = entry;
      if (typeof schema !== 'string' || typeof alias !== 'string') return undefined;
      if (typeof database === 'string' && database !== '' && database !== target.database) {
        throw unreadable(against, `it was built in the database \`${database}\`, and the target is \`${target.database}\``);
      }
      return { schema, name: alias };
    },
  };
}

function notFound({ loaded, against }: Request, tried: string): Stop {
  return new Stop(exitCodes.usage, [diagnose('against-not-found', { against, tried, targets: loaded.project.targetNames })]);
}

function unreadable(against: string, reason: string): Stop {
  return new Stop(exitCodes.usage, [diagnose('against-unreadable', { against, reason })]);
}
