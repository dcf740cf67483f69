/** The order of a project's files: folder by folder, names by their characters. */

/** Compares two paths part by part. No character of a name sorts before the end of the name. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  return a.replaceAll('/', '\0') < b.replaceAll('/', '\0') ? -1 : 1;
}
