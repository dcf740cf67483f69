/** Finds the tags of a template before it is parsed: how deep they nest, and which of them is never closed. */

/** One `{{…}}` as it stands in the text. */
export interface Tag {
  readonly start: number;
  readonly end: number;
  /** What it does: opens or closes a block, is `{{else}}`, or anything else (output, comment, raw block). */
  readonly kind: 'open' | 'close' | 'else' | 'raw' | 'comment' | 'other';
  /** First word: the name of a block. */
  readonly name: string;
}

/** Why the tags of a text cannot be a template. Offsets are those of the tag to show. */
export type TagProblem =
  | { readonly kind: 'unclosed-tag'; readonly start: number; readonly end: number }
  | { readonly kind: 'unclosed-block'; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: 'wrong-close'; readonly opened: Tag; readonly closed: Tag }
  | { readonly kind: 'stray-close'; readonly tag: Tag }
  | { readonly kind: 'too-deep'; readonly start: number; readonly end: number };

export interface TagScan {
  readonly tags: readonly Tag[];
  readonly problem: TagProblem | undefined;
}

const NAME = /[\s~]*[#^/>&*{]*[\s~]*([^\s~(){}|"'=]*)/y;
const RAW_TAG = /\{\{\{\{(\/?)/g;

function wordAt(text: string, at: number): string {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[1] ?? '';
}

/** True when a backslash keeps the braces at `at` as text: one does, two stand for a backslash before a tag. */
function isEscaped(text: string, at: number): boolean {
  return text[at - 1] === '\\' && text[at - 2] !== '\\';
}

interface TagEnd {
  readonly end: number;
  /** Deepest parentheses inside. */
  readonly depth: number;
}

/** The end of the tag that starts at `start`; undefined when it is not closed before the next tag or the end. */
function tagEnd(text: string, start: number, braces: number): TagEnd | undefined {
  let depth = 0;
  let deepest = 0;
  for (let at = start + braces; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x27) {
      at = stringEnd(text, at);
      if (at < 0) return undefined;
    } else if (code === 0x28) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x29) depth -= 1;
    else if (code === 0x7d && text.charCodeAt(at + 1) === 0x7d)
      return { end: at + 2 + (braces === 3 && text[at + 2] === '}' ? 1 : 0), depth: deepest };
    else if (code === 0x7b && text.charCodeAt(at + 1) === 0x7b) return undefined;
  }
  return undefined;
}

/** Offset of the closing quote; a backslash before a quote of the same kind keeps it inside. */
function stringEnd(text: string, open: number): number {
  const quote = text.charAt(open);
  let close = text.indexOf(quote, open + 1);
  while (close > 0 && text[close - 1] === '\\') close = text.indexOf(quote, close + 1);
  return close;
}

/** The end of a raw block, which may contain others; -1 when it is not closed. */
function rawEnd(text: string, start: number): number {
  let depth = 0;
  RAW_TAG.lastIndex = start;
  for (let match = RAW_TAG.exec(text); match !== null; match = RAW_TAG.exec(text)) {
    depth += match[1] === '/' ? -1 : 1;
    const close = text.indexOf('}}}}', match.index);
    if (close < 0) return -1;
    RAW_TAG.lastIndex = close + 4;
    if (depth === 0) return close + 4;
  }
  return -1;
}

function commentEnd(text: string, start: number): number {
  const dashed = text.startsWith('--', start + (text[start + 2] === '~' ? 4 : 3));
  if (!dashed) {
    const plain = text.indexOf('}}', start);
    return plain < 0 ? -1 : plain + 2;
  }
  for (let at = text.indexOf('--', start + 5); at >= 0; at = text.indexOf('--', at + 1)) {
    const close = text[at + 2] === '~' ? at + 3 : at + 2;
    if (text.startsWith('}}', close)) return close + 2;
  }
  return -1;
}

function readTag(text: string, start: number): (Tag & { readonly depth: number }) | undefined {
  const tilde = text[start + 2] === '~' ? 1 : 0;
  const sigil = text[start + 2 + tilde];
  if (sigil === '!') {
    const end = commentEnd(text, start);
    return end < 0 ? undefined : { start, end, kind: 'comment', name: '', depth: 0 };
  }
  if (text.startsWith('{{{{', start)) {
    const end = rawEnd(text, start);
    return end < 0 ? undefined : { start, end, kind: 'raw', name: wordAt(text, start + 4), depth: 0 };
  }
  const found = tagEnd(text, start, sigil === '{' ? 3 : 2);
  if (found === undefined) return undefined;
  const name = wordAt(text, start + 2);
  const kind = kindOf(sigil, name);
  return { start, end: found.end, kind, name, depth: found.depth };
}

function kindOf(sigil: string | undefined, name: string): Tag['kind'] {
  if (sigil === '#') return 'open';
  if (sigil === '/') return 'close';
  if (name === 'else' && sigil !== '{' && sigil !== '&') return 'else';
  if (sigil === '^') return name === '' ? 'else' : 'open';
  return 'other';
}

/** All tags up to the first problem. `maxDepth` bounds blocks within blocks and calls within calls. */
export function scanMustaches(text: string, maxDepth: number): TagScan {
  const tags: Tag[] = [];
  const open: Tag[] = [];
  let at = text.indexOf('{{');
  while (at >= 0) {
    if (isEscaped(text, at)) {
      at = text.indexOf('{{', at + 2);
      continue;
    }
    const tag = readTag(text, at);
    if (tag === undefined) return { tags, problem: { kind: 'unclosed-tag', start: at, end: lineEnd(text, at) } };
    tags.push(tag);
    const problem = nest(open, tag, maxDepth);
    if (problem !== undefined) return { tags, problem };
    at = text.indexOf('{{', tag.end);
  }
  const last = open.at(-1);
  return { tags, problem: last === undefined ? undefined : { kind: 'unclosed-block', name: last.name, start: last.start, end: last.end } };
}

function nest(open: Tag[], tag: Tag & { readonly depth: number }, maxDepth: number): TagProblem | undefined {
  if (tag.depth > maxDepth) return { kind: 'too-deep', start: tag.start, end: tag.end };
  if (tag.kind === 'open') {
    open.push(tag);
    return open.length > maxDepth ? { kind: 'too-deep', start: tag.start, end: tag.end } : undefined;
  }
  const last = open.at(-1);
  if (tag.kind === 'else') return last === undefined ? { kind: 'stray-close', tag } : undefined;
  if (tag.kind !== 'close') return undefined;
  if (last === undefined) return { kind: 'stray-close', tag };
  if (last.name !== tag.name) return { kind: 'wrong-close', opened: last, closed: tag };
  open.pop();
  return undefined;
}

function lineEnd(text: string, at: number): number {
  let end = at + 2;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}
