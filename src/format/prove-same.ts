/** Compares a template with its formatted form by other means than those that formatted it. */
import { scanMustaches } from '../parse/scan-mustaches.ts';
import type { Tag } from '../parse/scan-mustaches.ts';
import { isComment, nextSqlToken } from '../parse/sql-scan.ts';
import { operatorCharacters, operatorLength } from './operators.ts';
import { isReserved, mayChangeCase } from './words.ts';

const maxDepth = 100;

/** The offset in `before` of the first difference; undefined when both say the same. */
export function proveSame(before: string, after: string): number | undefined {
  const first = readTemplate(before);
  const second = readTemplate(after);
  return (
    first.openComment ??
    // A comment was put before a tag that takes its line end away.
    (second.openComment === undefined ? undefined : Math.max(0, before.indexOf('~'))) ??
    differ(first.code, second.code, sameCode) ??
    differ(first.comments, second.comments, (a, b) => a.text === b.text) ??
    differ(first.tags, second.tags, (a, b) => a.text === b.text)
  );
}

/** The offset of the first token of the one that the other lacks; compares two texts without tags. */
export function sameSql(before: string, after: string): boolean {
  return proveSame(before.replaceAll('{{', '{ {'), after.replaceAll('{{', '{ {')) === undefined;
}

interface Token {
  readonly text: string;
  readonly start: number;
  /** Nothing stands between this and the token before, and both could join. */
  readonly joined: boolean;
}

interface Reading {
  readonly code: readonly Token[];
  readonly comments: readonly Token[];
  readonly tags: readonly Token[];
  /** A comment whose line end a `~` takes away: what follows it may be part of it. */
  readonly openComment: number | undefined;
}

function differ(first: readonly Token[], second: readonly Token[], same: (a: Token, b: Token) => boolean): number | undefined {
  for (const [at, token] of first.entries()) {
    const other = second[at];
    if (other === undefined || !same(token, other)) return token.start;
  }
  return second.length > first.length ? (first.at(-1)?.start ?? 0) : undefined;
}

function sameCode(a: Token, b: Token): boolean {
  if (a.joined !== b.joined) return false;
  return a.text === b.text || (a.text.toLowerCase() === b.text.toLowerCase() && mayChangeCase(a.text));
}

/** Tags and SQL tokens in one sequence, comments in another. */
function readTemplate(text: string): Reading {
  const { tags } = scanMustaches(text, maxDepth);
  const code: Token[] = [];
  const comments: Token[] = [];
  let openComment: number | undefined;
  let covered = '';
  let at = 0;
  for (const tag of tags) {
    covered += text.slice(at, tag.start) + coverOf(tag);
    at = tag.end;
  }
  covered += text.slice(at);
  let end = 0;
  let next = 0;
  for (let token = nextSqlToken(covered, 0); token !== undefined; token = nextSqlToken(covered, token.end)) {
    for (let tag = tags[next]; tag !== undefined && tag.start < token.start; tag = tags[next]) {
      // Inside of the token before it has been compared with it.
      if (tag.start >= end) code.push({ text: text.slice(tag.start, tag.end), start: tag.start, joined: false });
      next += 1;
    }
    const entry = { text: text.slice(token.start, token.end), start: token.start, joined: token.start === end && joins(covered, end) };
    if (token.kind === 'line-comment' && losesLineEnd(text, token)) openComment ??= token.start;
    if (isComment(token)) comments.push({ ...entry, joined: false });
    else code.push(entry);
    end = token.end;
  }
  for (const tag of tags.slice(next))
    if (tag.start >= end) code.push({ text: text.slice(tag.start, tag.end), start: tag.start, joined: false });
  const all = tags.map((tag) => ({ text: text.slice(tag.start, tag.end), start: tag.start, joined: false }));
  return { code, comments, tags: all, openComment };
}

function losesLineEnd(text: string, { start, end }: { readonly start: number; readonly end: number }): boolean {
  return /~\}\}\s*$/.test(text.slice(start, end)) || text.slice(end).trimStart().startsWith('{{~');
}

/** What prints becomes part of a word; what does not is white space. */
function coverOf(tag: Tag): string {
  const prints = tag.kind === 'raw' || (tag.kind === 'other' && !isReserved(tag.name) && tag.name !== 'config' && tag.name !== 'set');
  return (prints ? '\ua000' : ' ').repeat(tag.end - tag.start);
}

/** Two signs of an operator, or words with what stands beside them, mean something else when they part. */
function joins(text: string, at: number): boolean {
  const sides = [text.charAt(at - 1), text.charAt(at)];
  if (sides.every((side) => operatorCharacters.includes(side))) return isInsideOperator(text, at);
  if (sides.every((side) => side === ':')) return true;
  if (/u&$/i.test(text.slice(Math.max(0, at - 2), at)) && /['"]/.test(text.charAt(at))) return true;
  return sides.every((side) => /[\p{L}\p{N}_$"']/u.test(side));
}

function isInsideOperator(text: string, at: number): boolean {
  let start = at;
  while (start > 0 && operatorCharacters.includes(text.charAt(start - 1))) start -= 1;
  while (start < at) {
    const run = /^[^\s\w]*/.exec(text.slice(start, start + 64))?.[0] ?? '';
    const length = [...run].findIndex((character) => !operatorCharacters.includes(character));
    start += operatorLength(length < 0 ? run : run.slice(0, length));
  }
  return start > at;
}
