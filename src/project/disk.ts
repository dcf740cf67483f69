/** The file system port on Node's own synchronous calls. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { Dirent } from 'node:fs';
import { dirname, join, basename } from 'node:path';
import type { DirectoryEntry, FileStat, FileSystem, NewFile, OpenFile } from './file-system.ts';
import { NotWritten } from './file-system.ts';

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
  const { size, mtimeMs, ctimeMs, ino: inode } = found;
  return { size, mtimeMs, ctimeMs, inode, kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other' };
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

/** A name in the same folder: a rename between file systems is a copy, which readers would see half done. */
function temporaryFor(path: string): string {
  written += 1;
  return join(dirname(path), `.${basename(path)}.${process.pid}-${written}.tmp`);
}

function readPiece(file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  const piece = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const count = readSync(file, piece, read, length - read, position + read);
    if (count === 0) return piece.subarray(0, read);
    read += count;
  }
  return piece;
}

function open(path: string): OpenFile {
  const file = openSync(path, 'r');
  return { size: fstatSync(file).size, read: (position, length) => readPiece(file, position, length), close: () => closeSync(file) };
}

/** Makes a folder and those above it. `recursive` of Node never comes back where the system makes none, as in /proc. */
function makeFolder(path: string): void {
  // Nearly always it is there, and an error costs more than a look.
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  try {
    mkdirSync(path);
  } catch (thrown) {
    if (!isMissing(thrown)) {
      // What stands there and is no folder is told by the first file in it.
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
      throw thrown;
    }
    const above = dirname(path);
    if (statSync(above, { throwIfNoEntry: false }) !== undefined) throw thrown;
    makeFolder(above);
    mkdirSync(path);
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

function create(path: string): NewFile {
  const temporary = temporaryFor(path);
  makeFolder(dirname(path));
  const file = openSync(temporary, 'wx+');
  let size = 0;
  let isKept = false;
  return {
    get size() {
      return size;
    },
    read: (position, length) => readPiece(file, position, length),
    write: (bytes) => {
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, size + done);
      size += bytes.length;
    },
    mtimeMs: () => fstatSync(file).mtimeMs,
    keep: () => {
      renameSync(temporary, path);
      isKept = true;
    },
    close: () => {
      closeSync(file);
      if (!isKept) rmSync(temporary, { force: true });
    },
  };
}

function writeAtomic(path: string, content: string | Uint8Array | Iterable<string>): void {
  const temporary = temporaryFor(path);
  try {
    makeFolder(dirname(path));
    const mode = statSync(path, { throwIfNoEntry: false })?.mode;
    // The folder would let us replace it: its owner has said that nobody should.
    if (mode !== undefined && (mode & 0o222) === 0) throw new NotWritten(path, 'EACCES');
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(temporary, content, { flag: 'wx' });
    else writePieces(temporary, content);
    if (mode !== undefined) chmodSync(temporary, mode & 0o777);
    renameSync(temporary, path);
  } catch (thrown) {
    discard(temporary);
    throw notWritten(path, thrown);
  }
}

/** What could not be written is often not there to be removed, and its folder may not let us look. */
function discard(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {
    // The first error tells more.
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (thrown) {
    throw notWritten(path, thrown);
  }
}

/** Does what the system may refuse. */
function trying(path: string, act: () => void): void {
  try {
    act();
  } catch (thrown) {
    throw notWritten(path, thrown);
  }
}

function link(path: string, name: string): void {
  try {
    linkSync(path, name);
  } catch {
    copyFileSync(path, name);
  }
}

/** What the system refused; anything else goes on as it is. */
function notWritten(path: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error && 'syscall' in thrown && 'code' in thrown && typeof thrown.code === 'string')) return thrown;
  return new NotWritten(path, thrown.code, { cause: thrown });
}

/** Reads and writes real files. */
export const disk: FileSystem = {
  readBytes: (path) => readFileSync(path),
  chunks,
  list,
  stat,
  realPath: (path) => realpathSync(path),
  writeAtomic,
  remove,
  move: (from, to) => trying(to, () => renameSync(from, to)),
  link: (path, name) => trying(name, () => link(path, name)),
  makeFolder: (path) => trying(path, () => makeFolder(path)),
  open,
  create,
  touch: (path, timeMs) => utimesSync(path, timeMs / 1000, timeMs / 1000),
};
