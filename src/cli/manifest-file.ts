/** Keeps target/manifest.json in step with the project. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Relation } from '../adapter/relation.ts';
import { canonicalJson } from '../graph/plain-value.ts';
import type { Project } from '../project/project.ts';
import { errorCode } from '../project/read-text.ts';
import { maskJson } from '../report/mask-json.ts';
import { readInputHash, renderManifest } from '../report/manifest/manifest.ts';
import { createNaming } from '../report/manifest/name-database.ts';
import type { EntryContext } from '../report/manifest/node-entry.ts';
import { artifactTime } from './artifact-time.ts';
import { compiledPathOf, compiledTextOf } from './compiled-files.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Screen } from './screen.ts';
import type { SeedHash } from './select-nodes.ts';
import { hashContent, hashSeeds } from './select-nodes.ts';
import { readIfAny, writeArtifact } from './write-artifact.ts';

export function manifestPath(project: Project): string {
  return `${project.paths.target}/manifest.json`;
}

/** What entries of the manifest are made from. */
export function entryContext(host: Host, loaded: LoadedGraph, seedHash = hashSeeds(host, loaded.project)): EntryContext {
  const { project, graph, engine } = loaded;
  const { database } = project.target;
  const shortName = engine.dialect.relation;
  const prefix = database === '' ? '' : `${engine.dialect.quoteIdentifier(database)}.`;
  const relationName = (relation: Relation): string => prefix + shortName(relation);
  return {
    graph,
    database,
    schema: project.target.schema,
    shortName,
    relationName,
    nameDatabase: createNaming(graph, shortName, relationName),
    content: hashContent(host, loaded, seedHash),
    rawText: loaded.texts.get,
    compiledPath: (path) => compiledPathOf(project, path),
  };
}

/**
 * Writes the manifest if it would say something else than the one that is there. Whether it would is known from a hash
 * of what it is made from: for a large project the manifest itself costs more than everything else that a command does.
 * Gives false where it cannot be written.
 */
export function writeManifest(host: Host, screen: Screen, loaded: LoadedGraph): boolean {
  const { project, engine } = loaded;
  const path = join(project.root, manifestPath(project));
  const seedHash = hashSeeds(host, project);
  const inputHash = hashInput(host, screen, { loaded, seedHash });
  if (readHead(host, path) === inputHash && !showsSecret(host, screen, path)) return true;
  const origin = { version: host.version, generatedAt: artifactTime(host), invocationId: null };
  const pieces = renderManifest({
    ...entryContext(host, loaded, seedHash),
    origin,
    engine: engine.type,
    target: project.target.name,
    inputHash,
  });
  return writeArtifact(host, screen, { absolute: path, shown: manifestPath(project) }, pieces);
}

/** Above this size the content of a seed counts by size and time alone. */
const largestRead = 1024 * 1024;

/** One hash over all that the manifest depends on: `tx` itself, the target, variables, and the files of the project. */
function hashInput(
  host: Host,
  screen: Screen,
  { loaded, seedHash }: { readonly loaded: LoadedGraph; readonly seedHash: SeedHash },
): string {
  const { project, graph, flagVars, contentHash, analysis } = loaded;
  const { target } = project;
  const sum = createHash('sha256');
  const add = (...parts: readonly string[]): void => {
    for (const part of parts) sum.update(`${part.length}\n${part}`);
  };
  add(host.version, readProgram(host), target.name, target.type, target.schema, target.database, project.paths.target);
  add(canonicalJson(Object.entries(flagVars).map(([name, { value }]) => [name, value])));
  add(project.file.path, screen.mask().apply(project.file.text), contentHash());
  for (const { path } of project.seeds) add(path, seedContent(host, project, path, seedHash));
  for (const [id, { full }] of analysis?.whole ?? []) add(id, full?.sql ?? '');
  // JavaScript may take values from anywhere: only what came out tells.
  if (project.files.some(({ kind }) => kind === 'js-macro')) {
    for (const node of graph.nodes.values()) add(node.id, compiledTextOf(node)?.sql ?? '', canonicalJson(node.rawConfig));
  }
  return sum.digest('hex');
}

/** The entry of the bundle names every part of it by its content. Absent where the program runs from its sources. */
function readProgram(host: Host): string {
  const path = join(host.packageRoot, 'dist', 'main.js');
  return host.files.stat(path) === undefined ? '' : new TextDecoder().decode(host.files.readBytes(path));
}

function seedContent(host: Host, { root }: Project, path: string, seedHash: SeedHash): string {
  const stat = host.files.stat(join(root, path));
  return stat !== undefined && stat.size > largestRead ? `${stat.size} ${stat.mtimeMs}` : (seedHash(path) ?? '');
}

/**
 * Whether the manifest that is there shows what is a secret by now: a password can change while all that the manifest is made
 * from stays. The hash knows nothing of secrets, as whoever has it could try out which one fits.
 */
function showsSecret(host: Host, screen: Screen, path: string): boolean {
  const mask = screen.mask();
  if (!mask.hasSecrets) return false;
  const text = new TextDecoder().decode(readIfAny(host.files, path));
  return maskJson(text, mask) !== text;
}

/** What the manifest that is there was made from. Its head is enough. */
function readHead(host: Host, path: string): string | undefined {
  try {
    if (host.files.stat(path) === undefined) return undefined;
    for (const piece of host.files.chunks(path)) return readInputHash(new TextDecoder().decode(piece.subarray(0, 4096)));
  } catch (thrown) {
    errorCode(thrown); // What cannot be read is written anew, or told of when that fails too.
  }
  return undefined;
}
