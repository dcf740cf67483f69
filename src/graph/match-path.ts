/** Matches files and folders of the project for `path:`. */
import picomatch from 'picomatch';
import { hasWildcard } from './wildcard.ts';

export interface PathMatcher {
  /** Whether the pattern names this file. */
  readonly isFile: (path: string) => boolean;
  /** Whether the pattern names a folder that this file lies in, at any depth. */
  readonly isInside: (path: string) => boolean;
}

/**
 * Understands a file, a folder, or a glob of either: `*` and `?` stay inside one name, `**` does not.
 * `./` in front and `/` at the end mean nothing; `\` separates as `/` does.
 */
export function matchPath(pattern: string): PathMatcher {
  const wanted = normalise(pattern);
  if (wanted === '') return { isFile: () => false, isInside: () => true };
  if (!hasWildcard(wanted)) return { isFile: (path) => path === wanted, isInside: (path) => path.startsWith(`${wanted}/`) };
  // Only what a shell without extensions knows: braces and parentheses are characters of names.
  const isFile = picomatch(wanted, { dot: true, nobrace: true, noextglob: true, nonegate: true, posix: true });
  return { isFile: (path) => isFile(path), isInside: matchFolders(isFile) };
}

/** Asks `matches` once per folder, however many files lie in it. */
function matchFolders(matches: (path: string) => boolean): (path: string) => boolean {
  const folders = new Map<string, boolean>();
  const isInside = (path: string): boolean => {
    const slash = path.lastIndexOf('/');
    if (slash === -1) return false;
    const folder = path.slice(0, slash);
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const answer = matches(folder) || isInside(folder);
    folders.set(folder, answer);
    return answer;
  };
  return isInside;
}

function normalise(pattern: string): string {
  const parts = pattern.replaceAll('\\', '/').split('/');
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}
