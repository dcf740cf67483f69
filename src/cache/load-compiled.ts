/** Compiles a project with the help of the cache, or without one: what comes out is the same. */
import { createHash } from 'node:crypto';
import type { FileSystem } from '../project/file-system.ts';
import type { Settings } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import { secretsInUrl } from '../project/secrets.ts';
import type { BindingStore } from './binding-store.ts';
import { openBindingStore } from './binding-store.ts';
import { compileCached } from './compile-cached.ts';
import type { CompiledProject, CompilePorts, CompileRequest } from './compiled-project.ts';
import { CacheDamaged } from './damaged.ts';
import type { SeenProjectFile } from './known-project.ts';
import { cacheFolder, keepKnownProject } from './known-project.ts';
import type { SeenSources } from './seen-sources.ts';
import { seenSources } from './seen-sources.ts';
import type { Slot, SlotLimits } from './slot.ts';
import { dropSlot, usualLimits } from './slot.ts';

export interface LoadRequest extends CompileRequest {
  /** What writes the cache. Another build, or another version of Node.js, does not read it. Undefined: there is no cache. */
  readonly build: string | undefined;
  /** What project.yaml says; undefined when there is something wrong with it. */
  readonly settings: Settings | undefined;
  /** project.yaml as it was read now; undefined when it was not. */
  readonly seen: SeenProjectFile | undefined;
  readonly unique: string;
  readonly now: () => number;
  readonly limits?: SlotLimits;
}

export interface LoadedCompile extends CompiledProject {
  /** Removes what the cache holds of this project and target: something in it cannot be read. */
  readonly dropCache: () => void;
  /** Opens what is remembered of queries that an engine was asked about. Absent without a cache. */
  readonly openBindings?: () => BindingStore;
  /** What was seen of sources in the database of the target. Absent without a cache. */
  readonly sources?: SeenSources;
}

export async function loadCompiled(request: LoadRequest, ports: CompilePorts): Promise<LoadedCompile> {
  const { build, project, settings, seen } = request;
  if (build === undefined || settings === undefined || showsSecret(project))
    return { ...(await compileWithout(request, ports)), dropCache: () => undefined };
  const slot = slotOf(request, ports.files, build);
  const dropCache = (): void => dropSlot(slot);
  const compiled = await compileWith({ ...request, settings }, ports, slot);
  if (seen !== undefined) {
    try {
      keepKnownProject(ports.files, cacheFolder(project.root, project.paths.target), { build, settings, seen }, request.now());
    } catch {
      // A read-only checkout, or a full disk: project.yaml is read again the next time.
    }
  }
  let opened = 0;
  const openBindings = (): BindingStore => {
    opened += 1;
    const folder = `${cacheFolder(project.root, project.paths.target)}/bindings`;
    return openBindingStore({ files: ports.files, folder, build, unique: `${request.unique}-${opened}`, now: request.now() });
  };
  const { name, type, database, schema, settings: place } = project.target;
  // Where the database is, without what opens it: a hash of that could be tried out.
  const target = hide(JSON.stringify([name, type, database, schema, place]), project.secrets);
  const sources = seenSources(ports.files, cacheFolder(project.root, project.paths.target), { target, build });
  return { ...compiled, dropCache, openBindings, sources };
}

/** Without a cache: the compiler and all that belongs to it are loaded in any case. */
async function compileWithout(request: CompileRequest, ports: CompilePorts): Promise<CompiledProject> {
  const { compilePlain } = await import('./compile-plain.ts');
  return compilePlain(request, ports);
}

/** What cannot be read is made anew; if even that cannot be read, the disk is to blame. */
async function compileWith(
  request: LoadRequest & { readonly settings: Settings },
  ports: CompilePorts,
  slot: Slot,
): Promise<CompiledProject> {
  const cached = { ...request, slot, settings: settingsOf(request), now: request.now() };
  try {
    return await compileCached(cached, ports);
  } catch (cause) {
    if (!(cause instanceof CacheDamaged)) throw cause;
    dropSlot(slot);
  }
  try {
    return await compileCached(cached, ports);
  } catch (cause) {
    if (!(cause instanceof CacheDamaged)) throw cause;
    return compileWithout(request, ports);
  }
}

/** One slot for each target and set of variables: a project is mostly compiled with few of them in turns. */
function slotOf({ project, flagVars, limits = usualLimits }: LoadRequest, files: FileSystem, build: string): Slot {
  const name = digest([project.target.name, flagVars]).slice(0, 12);
  return { files, folder: cacheFolder(project.root, project.paths.target), name, build, limits };
}

/** A secret of so few letters may stand in a name by chance. */
const shortSecret = 8;

/** Whether templates can see a secret of the target, so that it may be in what is made of them. */
function showsSecret({ target: { schema, database }, secrets }: Project): boolean {
  const hasPart = (text: string): boolean =>
    secretsInUrl(text).length > 0 || secrets.some((secret) => secret.length >= shortSecret && text.includes(secret));
  // A database that is called like its password tells nothing of that.
  const names = [schema, database].filter((text) => !secrets.includes(text));
  return names.some(hasPart);
}

/** What the outcome depends on beside the files and the build. Of project.yaml, all but the secrets that are in it. */
function settingsOf({ project, settings, flagVars }: LoadRequest & { readonly settings: Settings }): string {
  const { name, type, schema, database, threads, schemaNaming, vars } = project.target;
  const seen = { name, type, schema, database, threads, schemaNaming, vars };
  return digest([hide(project.file.text, project.secrets), seen, project.stateSchema, project.vars, flagVars, settings.folders]);
}

function hide(text: string, secrets: readonly string[]): string {
  const longest = secrets.toSorted((a, b) => b.length - a.length);
  return longest.reduce((shown, secret) => shown.replaceAll(secret, '*'.repeat(secret.length)), text);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
