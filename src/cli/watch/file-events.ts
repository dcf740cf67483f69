/** The port that tells of changes in the files of a project, on chokidar. Links are not followed: what they lead to is looked at itself. */
import { realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { isFollowedFile, isInside, isOnTheWay } from '../../watch/followed-paths.ts';
import type { FollowedPaths } from '../../watch/followed-paths.ts';

export interface FileEvents {
  /** Resolves when every change from now on is told. */
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
}

export interface FileListener {
  /** A file that the project reads was written, made or removed; the path is relative to the root. */
  readonly changed: (path: string) => void;
  /** Something of the tree changed, whether it is read or not; absolute. */
  readonly touched: (path: string) => void;
  /** Changes may be missed from now on. */
  readonly failed: (message: string) => void;
}

/** Listens to the followed folders below `root`, which is absolute. */
export function listenToFiles(root: string, followed: FollowedPaths, listener: FileListener): FileEvents {
  const relativePath = (path: string): string => relative(root, path).replaceAll(sep, '/');
  // Folders of the project that links lead to, and that are no followed folders themselves.
  const linked = new Set<string>();
  const isLinked = (path: string): boolean => [...linked].some((folder) => path === folder || path.startsWith(`${folder}/`));
  const isIgnored = (absolute: string): boolean => {
    const path = relativePath(absolute);
    return !isOnTheWay(path, followed) && !isLinked(path) && ![...linked].some((folder) => folder.startsWith(`${path}/`));
  };
  const watcher = watch(root, {
    ignored: (path) => isIgnored(path),
    followSymlinks: false,
    ignoreInitial: false,
    atomic: true,
    ignorePermissionErrors: true,
    persistent: true,
  });
  let isReady = false;
  const links = new Set<string>();
  const followLink = (absolute: string): void => {
    links.add(absolute);
    try {
      const real = realpathSync(absolute);
      const path = relativePath(real);
      if (!real.startsWith(root + sep) || isInside(path, followed) || isLinked(path)) return;
      linked.add(path);
      watcher.add(real);
    } catch {
      // It leads nowhere or in circles: loading the project says so.
    }
  };
  watcher.on('all', (event, absolute, stats) => {
    const path = relativePath(absolute);
    const isLink = stats?.isSymbolicLink() === true || links.has(absolute);
    if (isLink && (event === 'add' || event === 'change')) followLink(absolute);
    if (!isReady) return;
    listener.touched(absolute);
    if (isLink || isFollowedFile(path, followed) || (isLinked(path) && event !== 'addDir' && event !== 'unlinkDir')) listener.changed(path);
    if (event === 'unlinkDir' && (isInside(path, followed) || isLinked(path))) listener.changed(path);
  });
  // Of writes to one file that follow each other at once, the events above tell the first only.
  watcher.on('raw', (_event, name, details) => {
    const watched = watchedPathOf(details);
    if (!isReady || watched === undefined) return;
    const path = relativePath(watched);
    const absolute = isFollowedFile(path, followed) || name === null || name === '' ? watched : join(watched, name);
    if (isIgnored(absolute)) return;
    listener.touched(absolute);
    if (isFollowedFile(relativePath(absolute), followed)) listener.changed(relativePath(absolute));
  });
  watcher.on('error', (cause) => listener.failed(cause instanceof Error ? cause.message : String(cause)));
  return {
    ready: new Promise((resolve) => {
      watcher.on('ready', () => {
        isReady = true;
        resolve();
      });
    }),
    close: () => watcher.close(),
  };
}

/** What the listener stands on that heard something: a file or a folder. */
function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined;
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}
