/** Finds nodes and columns by words. A plain scan: at 100,000 columns it takes milliseconds, and no index has to be loaded. */
import type { SiteColumns, SiteIndex, SiteWords } from '../site-data.ts';

export interface Hit {
  readonly node: number;
  /** Set when it is a column that was found. */
  readonly column: string | undefined;
  readonly score: number;
  /** The number of the text that was found, where no name was. */
  readonly text: number | undefined;
}

/** Every node in small letters, made once. */
export interface Haystack {
  readonly index: SiteIndex;
  readonly labels: readonly string[];
  readonly texts: readonly string[];
  readonly tags: readonly string[];
  columns: readonly (readonly string[])[] | undefined;
  words: Said | undefined;
}

/** Texts in small letters, one behind the other: to look through one long text is quicker than through many. */
interface Said {
  readonly joined: string;
  /** Where each text begins, and where the last one ends. */
  readonly starts: Uint32Array;
  readonly said: SiteWords['said'];
}

export function makeHaystack(index: SiteIndex): Haystack {
  return {
    index,
    labels: index.nodes.map(([label]) => label.toLowerCase()),
    texts: index.nodes.map(([, , , path, , , , , description]) => `${path}\n${description}`.toLowerCase()),
    tags: index.nodes.map(([, , , , , , , tags]) => tags.map((tag) => index.tags[tag] ?? '').join(' ').toLowerCase()),
    columns: undefined,
    words: undefined,
  };
}

export function addColumns(haystack: Haystack, columns: SiteColumns): void {
  haystack.columns = columns.map((names) => names.map((name) => name.toLowerCase()));
}

export function addWords(haystack: Haystack, { texts, said }: SiteWords): void {
  const small = texts.map((text) => text.toLowerCase());
  const starts = new Uint32Array(small.length + 1);
  for (const [at, { length }] of small.entries()) starts[at + 1] = (starts[at] ?? 0) + length + 1;
  haystack.words = { joined: small.join('\n'), starts, said };
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

/** What a word found in a node: how well, and in which column or text of it. */
interface Found {
  readonly score: number;
  readonly column?: number;
  readonly text?: number;
}

const nothing: Found = { score: 0 };

function scan(haystack: Haystack, words: readonly string[], names: SiteColumns | undefined, score: Score): Hit[] {
  const hits: Hit[] = [];
  const asked = words.map((word) => ({ word, said: textsWith(haystack, word) }));
  for (let node = 0; node < haystack.labels.length; node += 1) {
    const found: Found[] = [];
    for (const { word, said } of asked) {
      const named = findInNames(haystack, node, word, score);
      const any = named.score > 0 ? named : findInTexts(haystack, node, word, said);
      if (any.score === 0) break;
      found.push(any);
    }
    if (found.length < words.length) continue;
    const named = found.reduce((a, b) => (b.column !== undefined && b.text === undefined && b.score > (a.column === undefined ? 0 : a.score) ? b : a), nothing);
    const told = found.filter(({ text }) => text !== undefined);
    // Of words that stand in texts, the text that has most of them is meant.
    const inOne = asked.filter((_, at) => found[at]?.text !== undefined).map(({ said }) => said());
    const best = named.column === undefined && told.length > 0 ? textWithMost(haystack, node, inOne) : named;
    const text = best.text ?? told.find(({ column }) => column === best.column)?.text;
    const column = best.column === undefined ? undefined : names?.[node]?.[best.column];
    hits.push({ node, column, text, score: found.reduce((sum, one) => sum + one.score, 0) });
  }
  return hits;
}

function textWithMost({ words }: Haystack, node: number, has: readonly Uint8Array[]): Found {
  let best: Found = nothing;
  for (const [at, text] of (words?.said[node] ?? []).entries()) {
    const score = has.reduce((sum, one) => sum + (one[text] ?? 0), 0);
    if (score > best.score) best = at === 0 ? { score, text } : { score, text, column: at - 1 };
  }
  return best;
}

function findInNames({ labels, tags, columns }: Haystack, node: number, word: string, score: Score): Found {
  let best: Found = { score: score(labels[node] ?? '', word) * 10 };
  const own = columns?.[node] ?? [];
  for (let column = 0; column < own.length; column += 1) {
    const inColumn = score(own[column] ?? '', word) * 6;
    if (inColumn > best.score) best = { column, score: inColumn };
  }
  return best.score === 0 && (tags[node] ?? '').includes(word) ? { score: 15 } : best;
}

/** Tells of each text whether the word is in it. Texts are read once, and only when no name helps. */
function textsWith({ words }: Haystack, word: string): () => Uint8Array {
  let known: Uint8Array | undefined;
  return () => (known ??= words === undefined ? new Uint8Array() : markTexts(words, word));
}

/** A word has no space in it, so none is found across two texts. */
function markTexts({ joined, starts }: Said, word: string): Uint8Array {
  const marks = new Uint8Array(starts.length - 1);
  let text = 0;
  for (let at = joined.indexOf(word); at >= 0; at = joined.indexOf(word, starts[text + 1])) {
    while ((starts[text + 1] ?? Infinity) <= at) text += 1;
    marks[text] = 1;
  }
  return marks;
}

function findInTexts({ texts, words }: Haystack, node: number, word: string, saying: () => Uint8Array): Found {
  const said = words?.said[node] ?? [];
  const has = said.length === 0 ? undefined : saying();
  const isSaid = (at: number): boolean => has?.[said[at] ?? -1] === 1;
  if (isSaid(0)) return { score: 5, text: said[0] ?? -1 };
  if ((texts[node] ?? '').includes(word)) return { score: 5 };
  for (let at = 1; at < said.length; at += 1) if (isSaid(at)) return { score: 3, column: at - 1, text: said[at] ?? -1 };
  return nothing;
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
