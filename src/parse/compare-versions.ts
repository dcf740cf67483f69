/** The order of the versions of a model, apart from all that reads them: selectors need it where nothing is parsed. */

/** Numbers by their value, names by their letters; a number comes before a name. */
export function compareVersions(a: string | number, b: string | number): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return String(a) < String(b) ? -1 : String(a) === String(b) ? 0 : 1;
}
