/** The file system port on Node's own synchronous calls. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Dirent } from 'node:fs';
import { dirname, join, basename } from 'node:path';
import type { DirectoryEntry, FileStat, FileSystem } from './file-system.ts';

function entryKind(entry: Dirent): DirectoryEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

function list(path: string): readonly DirectoryEntry[] {
  return readdirSync(path, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: entryKind(entry) }));
}

function stat(path: string): FileStat | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return { size: found.size, mtimeMs: found.mtimeMs, kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other' };
}

const chunkSize = 1024 * 1024;

function* chunks(path: string): Generator<Uint8Array, void, undefined> {
  const file = openSync(path, 'r');
  try {
    // One piece of memory for all: garbage outside of the heap is collected late.
    const piece = new Uint8Array(chunkSize);
    for (;;) {
      const length = readSync(file, piece);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, 'wx');
  try {
    let held = '';
    for (const piece of pieces) {
      held += piece;
      if (held.length < chunkSize) continue;
      writeFileSync(file, held);
      held = '';
    }
    writeFileSync(file, held);
  } finally {
    closeSync(file);
  }
}

/** Distinguishes the temporary files of one process. */
let written = 0;

/** The temporary file stands in the same folder: a rename between file systems is a copy, which readers would see half done. */
function writeAtomic(path: string, content: string | Uint8Array | Iterable<string>): void {
  mkdirSync(dirname(path), { recursive: true });
  written += 1;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${written}.tmp`);
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(temporary, content, { flag: 'wx' });
    else writePieces(temporary, content);
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  }
}

/** Reads and writes real files. */
export const disk: FileSystem = {
  readBytes: (path) => readFileSync(path),
  chunks,
  list,
  stat,
  realPath: (path) => realpathSync(path),
  writeAtomic,
  removeFolder: (path) => rmSync(path, { recursive: true, force: true }),
};
