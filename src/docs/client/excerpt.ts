/** Cuts out of a long text what a search found in it. */

/** Letters before what was found: enough to know what it is about. */
const before = 24;
const longest = 140;

/** The piece of `text` around the first word of `query` that stands in it. */
export function excerpt(text: string, query: string): string {
  const line = text.replaceAll('\n', ' ');
  const small = line.toLowerCase();
  const places = query.toLowerCase().split(/[\s.]+/).flatMap((word) => (word === '' || !small.includes(word) ? [] : [small.indexOf(word)]));
  const at = Math.max(0, Math.min(...places, line.length));
  if (at === line.length || at <= before) return cut(line);
  // A word longer than that is cut too.
  const start = Math.max(line.lastIndexOf(' ', at - before) + 1, at - before * 3);
  return start <= 0 ? cut(line) : `…${cut(line.slice(start))}`;
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest).trimEnd()}…` : text;
}
