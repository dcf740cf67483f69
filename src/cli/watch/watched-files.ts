/**
 * The file system while somebody tells what changes in it: what was asked once of followed files is remembered until they
 * change. A project of thousands of files is then looked at without asking the disk.
 */
import { posix, sep } from 'node:path';
import type { DirectoryEntry, FileStat, FileSystem } from '../../project/file-system.ts';

export interface WatchedFiles {
  readonly files: FileSystem;
  /** Starts to remember what is asked of paths that `isFollowed` lets through; they are relative to the root. */
  readonly start: (isFollowed: (path: string) => boolean) => void;
  /** Something happened to the path, or below it. */
  readonly forget: (path: string) => void;
  /** Forgets everything, and remembers nothing until it is started again. */
  readonly stop: () => void;
}

/** One spelling for each path. */
const keyOf = (path: string): string => (sep === '/' ? path : path.replaceAll(sep, '/'));

/** `root` is absolute, and no link. */
export function watchFiles(disk: FileSystem, root: string): WatchedFiles {
  const stats = new Map<string, FileStat | undefined>();
  const lists = new Map<string, readonly DirectoryEntry[]>();
  // What lies behind a link changes somewhere else, where nobody may look.
  const links = new Set<string>();
  let isFollowed: ((path: string) => boolean) | undefined;
  const top = `${keyOf(root)}/`;
  const isKept = (key: string): boolean => {
    if (isFollowed === undefined || !key.startsWith(top)) return false;
    if (links.size > 0) for (let path = key; path.length > top.length; path = posix.dirname(path)) if (links.has(path)) return false;
    return isFollowed(key.slice(top.length));
  };
  const clear = (): void => {
    stats.clear();
    lists.clear();
    links.clear();
  };
  return {
    files: {
      ...disk,
      stat: (path) => {
        const key = keyOf(path);
        if (stats.has(key)) return stats.get(key);
        const stat = disk.stat(path);
        if (isKept(key)) stats.set(key, stat);
        return stat;
      },
      list: (path) => {
        const key = keyOf(path);
        const known = lists.get(key);
        if (known !== undefined) return known;
        const entries = disk.list(path);
        for (const { name, kind } of entries) if (kind === 'link') links.add(`${key}/${name}`);
        if (isKept(key)) lists.set(key, entries);
        return entries;
      },
    },
    start: (follows) => {
      clear();
      isFollowed = follows;
    },
    forget: (path) => {
      const key = keyOf(path);
      // Below a folder that came, went or has another name, everything may be otherwise.
      if (stats.get(key)?.kind !== 'file')
        for (const known of [...stats.keys(), ...lists.keys()])
          if (known.startsWith(`${key}/`)) {
            stats.delete(known);
            lists.delete(known);
          }
      links.delete(key);
      for (const changed of [key, posix.dirname(key)]) {
        stats.delete(changed);
        lists.delete(changed);
      }
    },
    stop: () => {
      clear();
      isFollowed = undefined;
    },
  };
}
