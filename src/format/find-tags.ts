/** Decides what becomes of each tag of a template: a line of its own, part of a value, or text that is left alone. */
import type { Tag } from '../parse/scan-mustaches.ts';
import { definedName } from './find-quoted.ts';

/** A stretch of the template that stays together. */
export interface Stretch {
  /** `value`: stands for SQL. `line`: prints nothing or is alone. The others are tags of blocks. */
  readonly kind: 'value' | 'statement' | 'comment' | 'block' | 'open' | 'else' | 'close' | 'island';
  readonly start: number;
  readonly end: number;
  /** Of an island: where its body is. */
  readonly body?: { readonly start: number; readonly end: number; readonly inner: readonly Stretch[] };
}

interface BlockTags {
  readonly open: Tag;
  readonly elses: readonly Tag[];
  readonly close: Tag;
  readonly inner: readonly Item[];
}

type Item = { readonly tag: Tag } | { readonly block: BlockTags };

/** Blocks whose body is a text of its own. */
const definitions: ReadonlySet<string> = new Set(['macro', 'set', 'test']);
/** Output tags that print nothing. */
const statements: ReadonlySet<string> = new Set(['config', 'set']);
/** Blocks that print their body once, if at all. */
const conditions: ReadonlySet<string> = new Set(['if', 'unless', 'macro', 'set', 'test']);

export interface Manner {
  readonly lineWidth: number;
  /** Macros and `set` blocks that stay as they are. */
  readonly held: ReadonlySet<string>;
}

/** `tags` must nest properly. */
export function findStretches(text: string, tags: readonly Tag[], manner: Manner): readonly Stretch[] {
  return stretchesOf(text, nest(withEscaped(text, tags)), manner);
}

/** Escaped braces are text for the parser; here they are a value that stays as it is. */
function withEscaped(text: string, tags: readonly Tag[]): readonly Tag[] {
  const escaped = [...text.matchAll(/\\\{\{(?:(?!\{\{)[^}])*\}\}/g)].flatMap((match): readonly Tag[] => {
    const start = match.index;
    const end = start + match[0].length;
    const taken = tags.some((tag) => tag.start < end && start < tag.end);
    return taken ? [] : [{ start, end, kind: 'raw', name: '' }];
  });
  return escaped.length === 0 ? tags : [...tags, ...escaped].sort((a, b) => a.start - b.start);
}

interface Level {
  readonly items: Item[];
  readonly elses: Tag[];
  readonly open: Tag | undefined;
}

function nest(tags: readonly Tag[]): readonly Item[] {
  const root: Level = { items: [], elses: [], open: undefined };
  const levels: Level[] = [root];
  for (const tag of tags) {
    const level = levels.at(-1) ?? root;
    if (tag.kind === 'open') levels.push({ items: [], elses: [], open: tag });
    else if (tag.kind === 'else') level.elses.push(tag);
    else if (tag.kind === 'close' && level.open !== undefined) {
      levels.pop();
      levels.at(-1)?.items.push({ block: { open: level.open, elses: level.elses, close: tag, inner: level.items } });
    } else level.items.push({ tag });
  }
  return root.items;
}

function stretchesOf(text: string, items: readonly Item[], manner: Manner): readonly Stretch[] {
  return items.flatMap((item) => ('tag' in item ? [ofTag(item.tag)] : ofBlock(text, item.block, manner)));
}

function ofTag({ kind, name, start, end }: Tag): Stretch {
  if (kind === 'comment') return { kind: 'comment', start, end };
  return { kind: kind === 'other' && statements.has(name) ? 'statement' : 'value', start, end };
}

function ofBlock(text: string, block: BlockTags, manner: Manner): readonly Stretch[] {
  const { open, elses, close, inner } = block;
  const whole: Stretch = { kind: 'block', start: open.start, end: close.end };
  const isDefinition = definitions.has(open.name);
  const oneLine = !text.slice(open.start, close.end).includes('\n');
  if (oneLine && (isDefinition || !isAlone(text, whole) || close.end - open.start <= manner.lineWidth)) return [whole];
  if (!isSafe(text, block)) return [whole];
  if (manner.held.has(definedName(text, open) ?? '')) return [{ ...whole, kind: 'statement' }];
  const stretches = stretchesOf(text, inner, manner);
  if (isDefinition && elses.length === 0)
    return [{ kind: 'island', start: open.start, end: close.end, body: { start: open.end, end: close.start, inner: stretches } }];
  const tags: readonly Stretch[] = [
    { kind: 'open', start: open.start, end: open.end },
    ...elses.map(({ start, end }): Stretch => ({ kind: 'else', start, end })),
    { kind: 'close', start: close.start, end: close.end },
  ];
  return [...tags, ...stretches].sort((a, b) => a.start - b.start);
}

/** Nothing else stands on the lines of the stretch. */
export function isAlone(text: string, { start, end }: { readonly start: number; readonly end: number }): boolean {
  const before = text.lastIndexOf('\n', start - 1) + 1;
  const after = text.indexOf('\n', end);
  return text.slice(before, start).trim() === '' && text.slice(end, after < 0 ? text.length : after).trim() === '';
}

/** Characters that never join with what stands beside them. */
function separates(character: string): boolean {
  return character === '' || ',;()[]'.includes(character);
}

/** Comments of the template print nothing, so what counts is what stands on their other side. */
const commentsBefore = /(?:\{\{~?!(?:--(?:(?!--~?\}\})[^])*--|[^}]*)~?\}\})+$/;
const commentsAfter = /^(?:\{\{~?!(?:--(?:(?!--~?\}\})[^])*--|[^}]*)~?\}\})+/;

function isApartBefore(text: string, at: number, strips: boolean): boolean {
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at).replace(commentsBefore, '');
  if (strips) return separates(text.slice(0, at).trimEnd().slice(-1));
  return before === '' || separates(before.slice(-1)) || /\s$/.test(before);
}

function isApartAfter(text: string, at: number, strips: boolean): boolean {
  if (strips) return separates(text.slice(at).trimStart().slice(0, 1));
  const after = text.startsWith('{{', at) ? text.slice(at).replace(commentsAfter, '') : text.slice(at, at + 1);
  return separates(after.slice(0, 1)) || /^\s/.test(after);
}

function stripsLeft(text: string, tag: Tag): boolean {
  return text[tag.start + 2] === '~';
}

function stripsRight(text: string, tag: Tag): boolean {
  return text[tag.end - 3] === '~';
}

/** White space may come and go beside the tags of the block without joining or parting words of the SQL. */
function isSafe(text: string, { open, elses, close }: BlockTags): boolean {
  if (!isApartBefore(text, open.start, stripsLeft(text, open)) || !isApartAfter(text, close.end, stripsRight(text, close))) return false;
  if (conditions.has(open.name)) return true;
  const tags = [open, ...elses, close];
  return tags.slice(1).every((tag, index) => {
    const before = tags[index] ?? open;
    return isApartAfter(text, before.end, stripsRight(text, before)) || isApartBefore(text, tag.start, stripsLeft(text, tag));
  });
}
