/** What was learned of project.yaml: with it, a command need not read the file again. */
import type { DirectoryEntry, FileSystem } from '../project/file-system.ts';
import { projectFileIn } from '../project/find-project.ts';
import type { Settings } from '../project/load-project.ts';
import { readTargetPath } from '../project/read-paths.ts';
import { holdsSecret } from '../project/secrets.ts';
import { valueOf } from '../project/yaml/yaml-node.ts';
import { checksum } from './checksum.ts';
import type { Stamp } from './stamp.ts';
import { isSameFile, showsChanges, tickOf } from './stamp.ts';

const fileName = 'project.json';

/** Where the cache of a project stands, below the folder for all that is made. */
export function cacheFolder(root: string, target: string): string {
  return `${root}/${target}/cache`;
}

interface Kept {
  readonly build: string;
  readonly stamp: Stamp;
  readonly settings: Settings;
}

/** project.yaml as it stood before it was read. */
export interface SeenProjectFile {
  readonly stamp: Stamp;
  /** When it was read, by the clock of this machine. */
  readonly readAt: number;
}

/** The settings of the project in `root`, if its project.yaml is still the file that they were read from. */
export function readKnownProject(files: FileSystem, root: string, build: string): Settings | undefined {
  const name = projectFileIn(root, files).value;
  const stamp = name === undefined ? undefined : files.stat(`${root}/${name}`);
  if (stamp === undefined) return undefined;
  for (const target of targetFolders(files, root)) {
    const kept = readKept(files, `${cacheFolder(root, target)}/${fileName}`);
    // A project that made something elsewhere once may have left this behind.
    if (kept === undefined || readTargetPath(kept.settings.top) !== target) continue;
    return kept.build === build && kept.settings.file.path === name && isSameFile(stamp, kept.stamp) ? kept.settings : undefined;
  }
  return undefined;
}

/** Folders that may be the one for what is made, which only project.yaml could tell: the usual one, then those beside it. */
function* targetFolders(files: FileSystem, root: string): Generator<string, undefined> {
  yield 'target';
  for (const { name, kind } of listQuietly(files, root)) if (kind === 'directory' && name !== 'target' && !name.startsWith('.')) yield name;
}

function listQuietly(files: FileSystem, folder: string): readonly DirectoryEntry[] {
  try {
    return files.list(folder);
  } catch {
    return [];
  }
}

function readKept(files: FileSystem, path: string): Kept | undefined {
  try {
    if (files.stat(path) === undefined) return undefined;
    const text = new TextDecoder().decode(files.readBytes(path));
    const line = text.indexOf('\n');
    const json = text.slice(line + 1);
    // What has the right sum was written below.
    return Number(text.slice(0, line)) === sumOf(json) ? (JSON.parse(json) as Kept) : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(text: string): number {
  return checksum(new TextEncoder().encode(text));
}

/**
 * Keeps what project.yaml said, unless the file holds a secret, or could change without looking different. `folder` is that
 * of the cache. Throws what the file system throws.
 */
export function keepKnownProject(
  files: FileSystem,
  folder: string,
  kept: { readonly build: string; readonly settings: Settings; readonly seen: SeenProjectFile },
  now: number,
): void {
  const { build, settings, seen } = kept;
  if (holdsSecret(valueOf(settings.top, 'targets'))) return;
  const path = `${folder}/${fileName}`;
  const probe = files.create(path);
  try {
    // The file was read before anything could be written beside it, so the present of the file system is reckoned back.
    const elapsed = now - seen.readAt;
    if (elapsed < 0 || !showsChanges(seen.stamp, probe.mtimeMs() - elapsed - tickOf(seen.stamp))) return;
    const json = JSON.stringify({ build, stamp: seen.stamp, settings } satisfies Kept);
    probe.write(new TextEncoder().encode(`${sumOf(json)}\n${json}`));
    probe.keep();
  } finally {
    probe.close();
  }
}
