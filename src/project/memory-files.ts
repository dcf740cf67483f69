/** The file system port over a map, for tests: counts what is read, has a clock, and can hold links and refuse access. */
import type { DirectoryEntry, FileStat, FileSystem, NewFile, OpenFile } from './file-system.ts';

/** A file by its content, a link by its target (absolute), or a path that may not be read. */
export type MemoryFile = string | Uint8Array | { readonly link: string } | { readonly error: string };

export interface MemoryFiles extends FileSystem {
  /** Paths given to `readBytes`, in order. */
  readonly reads: string[];
  readonly content: Map<string, MemoryFile>;
  /** What time it is, in milliseconds. It stands still until a test moves it. */
  clock: number;
  /** Files are stamped with a multiple of this many milliseconds. */
  tick: number;
  /** Writes a file in place, as an editor may do: it stays the same file. */
  readonly rewrite: (path: string, text: string) => void;
}

type Stamp = Pick<FileStat, 'mtimeMs' | 'ctimeMs' | 'inode'>;

class SystemError extends Error {
  readonly code: string;
  constructor(code: string, path: string) {
    super(`${code}: ${path}`);
    this.code = code;
  }
}

/** Files by path; paths without a leading `/` stand below `root`. Folders exist by what is in them. */
export function memoryFiles(given: Readonly<Record<string, MemoryFile>>, root = '/project'): MemoryFiles {
  const content = new Map(Object.entries(given).map(([path, file]) => [path.startsWith('/') ? path : `${root}/${path}`, file]));
  const reads: string[] = [];
  const isFolder = (path: string): boolean => [...content.keys()].some((file) => file.startsWith(path === '/' ? '/' : `${path}/`));

  /** Follows the links along a path. */
  const realPath = (path: string, hops = 0): string => {
    if (hops > 20) throw new SystemError('ELOOP', path);
    let real = '';
    for (const [index, part] of path.split('/').entries()) {
      if (index === 0) continue;
      const next = content.get(`${real}/${part}`);
      if (typeof next === 'object' && 'link' in next) {
        const rest = path.split('/').slice(index + 1);
        return realPath([next.link, ...rest].join('/'), hops + 1);
      }
      real = `${real}/${part}`;
    }
    return real;
  };
  const refuse = (path: string): void => {
    const file = content.get(path);
    if (typeof file === 'object' && 'error' in file) throw new SystemError(file.error, path);
  };

  const readBytes = (path: string): Uint8Array => {
    const real = realPath(path);
    refuse(real);
    reads.push(path);
    const file = content.get(real);
    if (typeof file === 'string' || file instanceof Uint8Array) return bytesOf(file);
    throw new SystemError('ENOENT', path);
  };

  const stamps = new Map<string, Stamp>();
  let inodes = 0;
  const now = (): number => Math.floor(memory.clock / memory.tick) * memory.tick;
  const stamp = (path: string, inode: number): void => void stamps.set(path, { mtimeMs: now(), ctimeMs: now(), inode });
  const write = (path: string, file: MemoryFile): void => {
    content.set(path, file);
    stamp(path, (inodes += 1));
  };

  const memory: MemoryFiles = {
    clock: 0,
    tick: 1,
    reads,
    content,
    realPath: (path) => realPath(path),
    readBytes,
    chunks: (path) => [readBytes(path)],
    list: (path) => {
      const real = realPath(path);
      refuse(real);
      refuse(`${real}/`);
      const entries = new Map<string, DirectoryEntry>();
      for (const [file, value] of content) {
        if (!file.startsWith(`${real}/`)) continue;
        const [name = '', ...below] = file.slice(real.length + 1).split('/');
        const link = typeof value === 'object' && 'link' in value;
        if (name !== '') entries.set(name, { name, kind: below.length > 0 ? 'directory' : link ? 'link' : 'file' });
      }
      return [...entries.values()].reverse();
    },
    stat: (path) => {
      const real = realPath(path);
      const file = content.get(real);
      if (file === undefined && !isFolder(real)) return undefined;
      const size = typeof file === 'string' || file instanceof Uint8Array ? bytesOf(file).length : 0;
      const stamped = stamps.get(real) ?? { mtimeMs: -1, ctimeMs: -1, inode: 0 };
      return { size, ...stamped, kind: file === undefined ? 'directory' : 'file' };
    },
    writeAtomic: (path, written) =>
      write(path, typeof written === 'string' || written instanceof Uint8Array ? written : [...written].join('')),
    rewrite: (path, text) => {
      content.set(path, text);
      stamp(path, stamps.get(path)?.inode ?? 0);
    },
    open: (path) => {
      const file = content.get(realPath(path));
      if (typeof file !== 'string' && !(file instanceof Uint8Array)) throw new SystemError('ENOENT', path);
      return openBytes(bytesOf(file));
    },
    create: (path) => {
      const begun = now();
      return createBytes((bytes) => write(path, bytes), begun);
    },
    remove: (path) => {
      for (const file of content.keys()) if (file === path || file.startsWith(`${path}/`)) content.delete(file);
    },
    move: (from, to) => {
      for (const [path, file] of content) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        content.delete(path);
        content.set(`${to}${path.slice(from.length)}`, file);
        const stamped = stamps.get(path);
        if (stamped !== undefined) stamps.set(`${to}${path.slice(from.length)}`, stamped);
      }
    },
    link: (path, name) => {
      const file = content.get(path);
      if (file !== undefined) content.set(name, file);
    },
    // Folders exist by what is in them.
    makeFolder: () => undefined,
    touch: (path, timeMs) => void stamps.set(path, { mtimeMs: timeMs, ctimeMs: now(), inode: stamps.get(path)?.inode ?? 0 }),
  };
  return memory;
}

function bytesOf(file: string | Uint8Array): Uint8Array {
  return typeof file === 'string' ? new TextEncoder().encode(file) : file;
}

function openBytes(bytes: Uint8Array): OpenFile {
  return { size: bytes.length, read: (position, length) => bytes.slice(position, position + length), close: () => undefined };
}

function createBytes(keep: (bytes: Uint8Array) => void, mtimeMs: number): NewFile {
  let bytes = new Uint8Array();
  return {
    get size() {
      return bytes.length;
    },
    read: (position, length) => bytes.slice(position, position + length),
    write: (more) => {
      const joined = new Uint8Array(bytes.length + more.length);
      joined.set(bytes);
      joined.set(more, bytes.length);
      bytes = joined;
    },
    mtimeMs: () => mtimeMs,
    keep: () => keep(bytes),
    close: () => undefined,
  };
}
