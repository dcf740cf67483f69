/** Chooses which folders stand for all below them, so that an overview has few enough boxes to be read. */

/** More boxes than this are no overview. */
const mostBoxes = 60;

/** The folder that stands for each one: itself, or the one above it at the deepest level that is not too many. */
export function foldFolders(folders: Iterable<string>): (folder: string) => string {
  const all = [...new Set(folders)].map((folder) => folder.split('/'));
  const deepest = all.reduce((most, parts) => Math.max(most, parts.length), 1);
  const cut = (parts: readonly string[], depth: number): string => parts.slice(0, depth).join('/');
  let depth = deepest;
  while (depth > 1 && new Set(all.map((parts) => cut(parts, depth))).size > mostBoxes) depth -= 1;
  return (folder) => (depth === deepest ? folder : cut(folder.split('/'), depth));
}
