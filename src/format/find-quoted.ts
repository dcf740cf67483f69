/** Finds the macros and `set` blocks whose white space may be seen: their text may end up inside of a string, or in an argument. */
import { scanMustaches } from '../parse/scan-mustaches.ts';
import type { Tag } from '../parse/scan-mustaches.ts';
import { nextSqlToken } from '../parse/sql-scan.ts';
import { isReserved } from './words.ts';

const maxDepth = 100;

/** A macro or a `set` block of a template. */
export interface Definition {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What one template says of the names in its tags. */
interface Uses {
  readonly definitions: readonly Definition[];
  /** Each tag that is no definition, with all words in it. */
  readonly tags: readonly { readonly start: number; readonly words: ReadonlySet<string> }[];
  /** Names whose text is part of a string, a comment or a longer word, or is handed to something else. */
  readonly quoted: ReadonlySet<string>;
  /** Where its strings begin and end cannot be told. */
  readonly isUnclear: boolean;
}

/**
 * The names that are used so anywhere in these texts, in branches and models that nothing renders too, whatever they stand for.
 * `settings` are texts in YAML, whose hooks are templates.
 */
export function findQuoted(templates: readonly string[], settings: readonly string[]): ReadonlySet<string> {
  const uses = templates.map(readUses);
  const quoted = new Set([...uses.flatMap((use) => [...use.quoted]), ...settings.flatMap(quotedInSettings)]);
  const unclear = new Set(uses.filter(({ isUnclear }) => isUnclear));
  let before = -1;
  while (before !== quoted.size + unclear.size) {
    before = quoted.size + unclear.size;
    // Half a string that a macro prints makes the strings unclear where it is used.
    const printers = new Set([...unclear].flatMap(({ definitions }) => definitions.map(({ name }) => name)));
    for (const use of uses) {
      if (use.tags.some(({ words }) => [...words].some((word) => printers.has(word)))) unclear.add(use);
      const bodies = use.definitions.filter(({ name }) => quoted.has(name));
      for (const { start, words } of use.tags)
        if (unclear.has(use) || bodies.some((body) => body.start < start && start < body.end)) for (const word of words) quoted.add(word);
    }
  }
  return quoted;
}

/** The macros and `set` blocks of a template, those within others too. */
export function findDefinitions(text: string): readonly Definition[] {
  return definitionsOf(text, scanMustaches(text, maxDepth).tags);
}

/** The name that a tag defines. */
export function definedName(text: string, { kind, name, start, end }: Pick<Tag, 'kind' | 'name' | 'start' | 'end'>): string | undefined {
  if (kind !== 'open' || (name !== 'macro' && name !== 'set')) return undefined;
  return /(["'])(.*?)\1/.exec(text.slice(start, end))?.[2];
}

function definitionsOf(text: string, tags: readonly Tag[]): readonly Definition[] {
  const found: Definition[] = [];
  const open: Tag[] = [];
  for (const tag of tags) {
    if (tag.kind === 'open') open.push(tag);
    const opened = tag.kind === 'close' ? open.pop() : undefined;
    const name = opened === undefined ? undefined : definedName(text, opened);
    if (opened !== undefined && name !== undefined) found.push({ name, start: opened.start, end: tag.end });
  }
  return found;
}

function readUses(text: string): Uses {
  const { tags, problem } = scanMustaches(text, maxDepth);
  const quoted = new Set<string>();
  const add = (words: Iterable<string>): void => {
    for (const word of words) quoted.add(word);
  };
  if (problem !== undefined) add(wordsOf(text));
  const printing = tags.filter(({ kind }) => kind !== 'comment');
  for (const tag of printing) add(handedOver(text.slice(tag.start, tag.end)));
  const using = printing.filter((tag) => tag.kind !== 'close' && definedName(text, tag) === undefined);
  const covered = cover(text, tags);
  let isUnclear = false;
  let next = 0;
  for (let token = nextSqlToken(covered, 0); token !== undefined; token = nextSqlToken(covered, token.end)) {
    const { start, end, closed } = token;
    while ((tags[next]?.end ?? Infinity) <= start) next += 1;
    let after = next;
    while ((tags[after]?.start ?? Infinity) < end) after += 1;
    const inside = tags.slice(next, after);
    if (!closed || (inside.length > 0 && !isWhole(inside))) isUnclear = true;
    // A tag that is all of a word stands for SQL.
    for (const tag of inside) if (tag.start > start || tag.end < end) add(wordsOf(text.slice(tag.start, tag.end)));
    // A quote or a digit that a tag touches may become one with its text.
    for (const tag of inside) {
      const beside = covered.charAt(tag.start - 1) + covered.charAt(tag.end);
      if (/[\p{L}\p{N}_$'"]/u.test(beside)) add(wordsOf(text.slice(tag.start, tag.end)));
    }
  }
  const used = using.map(({ start, end }) => ({ start, words: new Set(wordsOf(text.slice(start, end))) }));
  return { definitions: definitionsOf(text, tags), tags: used, quoted, isUnclear };
}

/** What prints becomes part of a word; what does not is white space. */
function cover(text: string, tags: readonly Tag[]): string {
  let covered = '';
  let at = 0;
  for (const { kind, name, start, end } of tags) {
    const prints = kind === 'raw' || (kind === 'other' && !isReserved(name) && name !== 'config' && name !== 'set');
    covered += text.slice(at, start) + (prints ? '\ua000' : ' ').repeat(end - start);
    at = end;
  }
  return covered + text.slice(at);
}

/** Every block that begins among these tags ends there, and no other does. */
function isWhole(tags: readonly Tag[]): boolean {
  let depth = 0;
  for (const { kind } of tags) {
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    if (depth < 0 || (kind === 'else' && depth === 0)) return false;
  }
  return depth === 0;
}

function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
}

/** What a tag hands over to what it calls: its names but for the first, and all of a text that is a template again. */
function handedOver(tag: string): readonly string[] {
  const inner: string[] = [];
  const plain = tag.replaceAll(/"(?:\\"|[^"])*"|'(?:\\'|[^'])*'/g, (literal) => {
    if (literal.includes('{{')) inner.push(literal);
    return '""';
  });
  const [, ...rest] = wordsOf(plain);
  return [...rest, ...inner.flatMap(wordsOf)];
}

/** Names in tags that stand between two single quotes on their line. */
function quotedInSettings(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [first, last] = [line.indexOf("'"), line.lastIndexOf("'")];
    return first === last ? [] : [...line.slice(first, last).matchAll(/\{\{.*?\}\}/g)].flatMap(([tag]) => wordsOf(tag));
  });
}
