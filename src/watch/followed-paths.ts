/** Which paths of a project are followed: those of files that a command reads, and nothing that is made or left behind. */
import type { ProjectPaths } from '../project/project.ts';

export interface FollowedPaths {
  /** Folders of the project, relative to its root; `.` is the root itself. */
  readonly folders: readonly string[];
  /** The folder for all that is made. */
  readonly target: string;
}

/** What is followed while project.yaml cannot tell. */
export const usualPaths: FollowedPaths = { folders: ['docs', 'macros', 'models', 'seeds', 'snapshots', 'tests'], target: 'target' };

const rootFiles: readonly string[] = ['project.yaml', 'project.yml', '.env', 'selectors.yaml', 'selectors.yml'];

/** JSON and the other endings of JavaScript are files that helpers may import. */
const endings = /\.(?:sql|ya?ml|csv|tsv|md|[cm]?js|json)$/i;

export function followedPaths({ models, seeds, tests, macros, docs, snapshots, target }: ProjectPaths): FollowedPaths {
  return { folders: [...new Set([...models, ...seeds, ...tests, ...macros, ...docs, ...snapshots])].toSorted(), target };
}

export function sameFollowed(a: FollowedPaths, b: FollowedPaths): boolean {
  return a.target === b.target && a.folders.join('\n') === b.folders.join('\n');
}

/** Whether a change of the file says something about the project. Temporary files of editors end otherwise, or are hidden. */
export function isFollowedFile(path: string, followed: FollowedPaths): boolean {
  if (rootFiles.includes(path)) return true;
  return endings.test(path) && isInside(path, followed);
}

/** Whether a path, file or folder, lies in a followed folder. */
export function isInside(path: string, { folders, target }: FollowedPaths): boolean {
  if (path === target || path.startsWith(`${target}/`)) return false;
  if (path.split('/').some((segment) => segment.startsWith('.') || segment === 'node_modules')) return false;
  return folders.some((folder) => folder === '.' || path === folder || path.startsWith(`${folder}/`));
}

/** Whether the path, a file or a folder, is followed or leads to something that is. */
export function isOnTheWay(path: string, followed: FollowedPaths): boolean {
  if (path === '' || rootFiles.includes(path)) return true;
  return isInside(path, followed) || followed.folders.some((folder) => folder.startsWith(`${path}/`));
}

/** Whether the file decides how all others are read. */
export function isSettingsFile(path: string): boolean {
  return path === 'project.yaml' || path === 'project.yml' || path === '.env';
}
