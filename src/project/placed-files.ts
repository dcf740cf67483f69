/**
 * Puts files in a place that others read. A kill at any point leaves the old ones or the new ones there, or the old ones beside it
 * under a name that the next run knows.
 */
import { hash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import type { FileStat, FileSystem } from './file-system.ts';
import { NotWritten } from './file-system.ts';
import { errorCode } from './read-text.ts';

interface Published {
  readonly hadOld: boolean;
  readonly seen: string | undefined;
}

/** The port to places where files stand for relations: written beside, put there in one move, and taken back if the transaction ends so. */
export interface PlacedFiles {
  /** Mends what a killed run has left, and makes room beside the place. Gives the path where to write: absolute. */
  readonly prepare: (location: string) => string;
  /** Makes a folder of what is written. */
  readonly makeFolder: (location: string) => void;
  /** Puts what was written in its place. A reader that has opened the old file reads it to its end. */
  readonly publish: (location: string) => void;
  /** The transaction came to nothing: what was there before is there again. */
  readonly undo: (location: string) => void;
  /** The transaction has committed: nothing is left but the files themselves. */
  readonly settle: (location: string) => void;
  /** Tells the files from what they were, without reading them; as they were published, where this run did that. Undefined where none are. */
  readonly seen: (location: string) => string | undefined;
  /** Mends what a killed run has left in the middle of a swap. */
  readonly mend: (location: string) => void;
}

export function placedFiles(files: FileSystem, root: string): PlacedFiles {
  const published = new Map<string, Published>();
  const isThere = (path: string): boolean => look(files, path) !== undefined;
  const drop = (path: string): void => {
    if (isThere(path)) files.remove(path);
  };
  const mend = (location: string): void => {
    const { path, staged, old } = namesOf(root, location);
    if (isThere(old) && !isThere(path)) files.move(old, path);
    drop(old);
    drop(staged);
  };
  return {
    mend,
    prepare: (location) => {
      const { path, staged } = namesOf(root, location);
      files.makeFolder(dirname(path));
      if (look(files, dirname(path))?.kind !== 'directory') throw new NotWritten(dirname(path), 'ENOTDIR');
      mend(location);
      return staged;
    },
    makeFolder: (location) => files.makeFolder(namesOf(root, location).staged),
    publish: (location) => {
      const { path, staged, old } = namesOf(root, location);
      const before = look(files, path);
      // A file takes the place of another one in one move; the second name is for the way back.
      if (before?.kind === 'file' && look(files, staged)?.kind === 'file') files.link(path, old);
      else if (before !== undefined) files.move(path, old);
      published.set(location, { hadOld: before !== undefined, seen: stampOf(files, staged) });
      files.move(staged, path);
    },
    undo: (location) => {
      const { path, staged, old } = namesOf(root, location);
      const done = published.get(location);
      published.delete(location);
      if (done !== undefined && !done.hadOld) drop(path);
      if (done?.hadOld === true && isThere(old)) {
        const isFile = look(files, old)?.kind === 'file' && look(files, path)?.kind === 'file';
        if (!isFile && isThere(path)) files.move(path, staged);
        files.move(old, path);
      }
      drop(staged);
    },
    settle: (location) => drop(namesOf(root, location).old),
    seen: (location) => {
      const done = published.get(location);
      return done === undefined ? stampOf(files, namesOf(root, location).path) : done.seen;
    },
  };
}

/** Beside the place: a rename between disks is a copy. No pattern for files of a kind finds them. */
function namesOf(root: string, location: string): { readonly path: string; readonly staged: string; readonly old: string } {
  const path = resolve(root, location);
  const beside = (word: string): string => join(dirname(path), `.${basename(path)}.${word}`);
  return { path, staged: beside('tx-new'), old: beside('tx-old') };
}

/** Sizes and times of all files: whoever writes one leaves another time behind. */
function stampOf(files: FileSystem, path: string): string | undefined {
  const found = look(files, path);
  if (found === undefined) return undefined;
  const entries: (readonly (string | number)[])[] = [];
  const open = [''];
  if (found.kind === 'file') entries.push([found.size, found.mtimeMs]);
  for (let below = found.kind === 'directory' ? open.pop() : undefined; below !== undefined; below = open.pop()) {
    for (const { name } of files.list(join(path, below))) {
      const entry = join(below, name);
      const stat = look(files, join(path, entry));
      if (stat?.kind === 'directory') open.push(entry);
      else entries.push([entry, stat?.size ?? -1, stat?.mtimeMs ?? -1]);
    }
  }
  const sorted = entries.map((entry) => JSON.stringify(entry)).sort();
  return hash('sha256', JSON.stringify([found.kind, sorted]), 'hex').slice(0, 16);
}

/** Undefined also where a file stands in the way, or nobody may look. */
function look(files: FileSystem, path: string): FileStat | undefined {
  try {
    return files.stat(path);
  } catch (thrown) {
    errorCode(thrown);
    return undefined;
  }
}
