/** The file system port over a map, for tests: counts what is read, and can hold links and refuse access. */
import type { DirectoryEntry, FileSystem } from './file-system.ts';

/** A file by its content, a link by its target (absolute), or a path that may not be read. */
export type MemoryFile = string | Uint8Array | { readonly link: string } | { readonly error: string };

export interface MemoryFiles extends FileSystem {
  /** Paths given to `readBytes`, in order. */
  readonly reads: string[];
  readonly content: Map<string, MemoryFile>;
}

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
    if (typeof file === 'string') return new TextEncoder().encode(file);
    if (file instanceof Uint8Array) return file;
    throw new SystemError('ENOENT', path);
  };

  return {
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
      const size = typeof file === 'string' || file instanceof Uint8Array ? file.length : 0;
      return { size, mtimeMs: 0, kind: file === undefined ? 'directory' : 'file' };
    },
    writeAtomic: (path, written) =>
      void content.set(path, typeof written === 'string' || written instanceof Uint8Array ? written : [...written].join('')),
    remove: (path) => {
      for (const file of content.keys()) if (file === path || file.startsWith(`${path}/`)) content.delete(file);
    },
  };
}
