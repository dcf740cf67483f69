/** Finds nodes and columns by words. A plain scan: at 100,000 columns it takes milliseconds, and no index has to be loaded. */
import type { SiteColumns, SiteIndex } from '../site-data.ts';

export interface Hit {
  readonly node: number;
  /** Set when it is a column that was found. */
  readonly column: string | undefined;
  readonly score: number;
}

/** Every node in small letters, made once. */
export interface Haystack {
  readonly index: SiteIndex;
  readonly labels: readonly string[];
  readonly texts: readonly string[];
  readonly tags: readonly string[];
  columns: readonly (readonly string[])[] | undefined;
}

export function makeHaystack(index: SiteIndex): Haystack {
  return {
    index,
    labels: index.nodes.map(([label]) => label.toLowerCase()),
    texts: index.nodes.map(([, , , path, , , , , description]) => `${path}\n${description}`.toLowerCase()),
    tags: index.nodes.map(([, , , , , , , tags]) => tags.map((tag) => index.tags[tag] ?? '').join(' ').toLowerCase()),
    columns: undefined,
  };
}

export function addColumns(haystack: Haystack, columns: SiteColumns): void {
  haystack.columns = columns.map((names) => names.map((name) => name.toLowerCase()));
}

const mostHits = 40;

/** The best first. Every word must be found somewhere; of a node and its columns the better one is given. */
export function search(haystack: Haystack, query: string, names: SiteColumns | undefined): readonly Hit[] {
  const words = query.toLowerCase().split(/[\s.]+/).filter((word) => word !== '');
  if (words.length === 0) return [];
  const hits = scan(haystack, words, names, exactly);
  // Only who finds nothing may have mistyped, and then in one part of a name.
  const parts = words.flatMap((word) => word.split('_').filter((part) => part !== ''));
  return (hits.length > 0 ? hits : scan(haystack, parts, names, remembering(nearly))).sort(byScore(haystack)).slice(0, mostHits);
}

type Score = (text: string, word: string) => number;

/** Many nodes have columns of the same names, and to compare letters takes long. */
function remembering(score: Score): Score {
  const known = new Map<string, Map<string, number>>();
  return (text, word) => {
    const ofWord = known.get(word) ?? new Map<string, number>();
    known.set(word, ofWord);
    const before = ofWord.get(text);
    if (before !== undefined) return before;
    const found = score(text, word);
    ofWord.set(text, found);
    return found;
  };
}

function byScore({ labels }: Haystack): (a: Hit, b: Hit) => number {
  return (a, b) =>
    b.score - a.score || (labels[a.node]?.length ?? 0) - (labels[b.node]?.length ?? 0) || (labels[a.node] ?? '').localeCompare(labels[b.node] ?? '') || a.node - b.node;
}

function scan(haystack: Haystack, words: readonly string[], names: SiteColumns | undefined, score: Score): Hit[] {
  const { labels, texts, tags, columns } = haystack;
  const hits: Hit[] = [];
  for (let node = 0; node < labels.length; node += 1) {
    let [sum, isComplete] = [0, true];
    let best: { column: number; score: number } | undefined;
    for (const word of words) {
      let found = score(labels[node] ?? '', word) * 10;
      const own = columns?.[node] ?? [];
      for (let at = 0; at < own.length; at += 1) {
        const inColumn = score(own[at] ?? '', word) * 6;
        if (inColumn > found) {
          found = inColumn;
          if (best === undefined || inColumn > best.score) best = { column: at, score: inColumn };
        }
      }
      if (found === 0 && (tags[node] ?? '').includes(word)) found = 15;
      if (found === 0 && (texts[node] ?? '').includes(word)) found = 5;
      if (found === 0) {
        isComplete = false;
        break;
      }
      sum += found;
    }
    if (isComplete) hits.push({ node, column: best === undefined ? undefined : names?.[node]?.[best.column], score: sum });
  }
  return hits;
}

/** 10 for the whole text, less for its beginning, the beginning of a word in it, a part. */
function exactly(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at < 0) return 0;
  if (at === 0) return word.length === text.length ? 10 : 8;
  return /[_\W]/.test(text[at - 1] ?? '') ? 7 : 4;
}

/** A word with a letter wrong, missing, too many or in the wrong place; two in a long word. */
function nearly(text: string, word: string): number {
  const whole = exactly(text, word);
  if (whole > 0 || word.length < 4) return whole;
  const allowed = word.length < 8 ? 1 : 2;
  let best = 0;
  for (const part of [text, ...text.split(/[_\W]+/)]) {
    // A first letter is seldom wrong, and most parts differ there.
    if (part[0] !== word[0] && part[1] !== word[0] && part[0] !== word[1]) continue;
    if (Math.abs(part.length - word.length) > allowed) continue;
    const distance = distanceOf(part, word, allowed);
    if (distance <= allowed) best = Math.max(best, 3 - distance);
  }
  return best;
}

/** Letters to change; more than `most` is only known to be more. Two that changed places count once. */
function distanceOf(a: string, b: string, most: number): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let at = 1; at <= b.length; at += 1) {
      const same = a[row - 1] === b[at - 1];
      let cost = Math.min((last[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1, (last[at - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && at > 1 && a[row - 1] === b[at - 2] && a[row - 2] === b[at - 1]) cost = Math.min(cost, (before[at - 2] ?? 0) + 1);
      next.push(cost);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, last] = [last, next];
  }
  return last[b.length] ?? 0;
}
