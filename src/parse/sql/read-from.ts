/** Reads the clause `from`: relations, how they are joined, and on what. */
import type { FromItem, JoinKind, Query } from './query.ts';
import type { Range, Tokens } from '../code-tokens.ts';
import { isSign, isWord, localName, nameOf, topLevel } from '../code-tokens.ts';

/** Words before `join`. */
const modifiers = ['left', 'right', 'full', 'inner', 'outer', 'cross', 'natural', 'asof', 'positional', 'semi', 'anti', 'any'];
/** Words that end a relation and are no alias. */
const afterRelation = ['on', 'using', 'tablesample', 'at', 'pivot', 'unpivot', 'with'];

interface Part {
  readonly join: JoinKind;
  readonly at: number;
  readonly range: Range;
}

export type ReadQuery = (range: Range) => Query | undefined;

export function readFrom(tokens: Tokens, range: Range, readQuery: ReadQuery): readonly FromItem[] {
  return splitParts(tokens, range).map((part) => readItem(tokens, part, readQuery));
}

function splitParts(tokens: Tokens, range: Range): readonly Part[] {
  const cuts: { readonly end: number; readonly begin: number; readonly join: JoinKind }[] = [];
  for (const at of topLevel(tokens, range)) {
    if (isSign(tokens, at, ',')) cuts.push({ end: at, begin: at + 1, join: 'comma' });
    else if (isWord(tokens, at, 'join')) {
      let first = at;
      while (first - 1 > range.from && isWord(tokens, first - 1, ...modifiers)) first -= 1;
      cuts.push({ end: first, begin: at + 1, join: joinOf(tokens, first, at) });
    }
  }
  const ends = [...cuts.map(({ end }) => end), range.to];
  const [firstEnd = range.to] = ends;
  return [
    { join: 'first', at: range.from, range: { from: range.from, to: firstEnd } },
    ...cuts.map(({ end, begin, join }, index): Part => ({
      join,
      at: join === 'comma' ? begin : end,
      range: { from: begin, to: ends[index + 1] ?? range.to },
    })),
  ];
}

function joinOf(tokens: Tokens, from: number, to: number): JoinKind {
  const words = tokens.list.slice(from, to).map(({ text }) => text);
  switch (words.join(' ')) {
    case '':
    case 'inner':
      return 'inner';
    case 'left':
    case 'left outer':
      return 'left';
    case 'cross':
      return 'cross';
    default:
      return 'other';
  }
}

function readItem(tokens: Tokens, { join, at, range }: Part, readQuery: ReadQuery): FromItem {
  const relation = readSource(tokens, range, readQuery);
  const unread: FromItem = { join, at, source: { kind: 'unread' }, alias: undefined };
  if (relation === undefined) return unread;
  let next = relation.end;
  let { alias } = relation;
  if (isWord(tokens, next, 'as')) next += 1;
  const named = tokens.list[next];
  if (next < range.to && named !== undefined && nameOf(named) !== undefined && !isWord(tokens, next, ...afterRelation)) {
    alias = localName(named);
    next += 1;
  }
  const base = { join, at, source: relation.source, alias };
  if (next === range.to) return base;
  if (isWord(tokens, next, 'on')) return { ...base, on: { from: next + 1, to: range.to } };
  if (isWord(tokens, next, 'using') && isSign(tokens, next + 1, '(') && tokens.partners.get(next + 1) === range.to - 1)
    return { ...base, using: tokens.list.slice(next + 2, range.to - 1).flatMap((token) => nameOf(token) ?? []) };
  // A sample, a list of column names: what its columns are is not known.
  return { ...unread, alias };
}

interface Source {
  readonly source: FromItem['source'];
  readonly alias: string | undefined;
  readonly end: number;
}

function readSource(tokens: Tokens, { from, to }: Range, readQuery: ReadQuery): Source | undefined {
  if (isSign(tokens, from, '(')) {
    const close = tokens.partners.get(from) ?? to;
    const query = readQuery({ from: from + 1, to: close });
    return query === undefined ? undefined : { source: { kind: 'query', query }, alias: undefined, end: close + 1 };
  }
  const parts: string[] = [];
  let at = from;
  for (;;) {
    const name = nameOf(tokens.list[at]);
    if (at >= to || name === undefined) return undefined;
    parts.push(name);
    at += 1;
    if (at >= to || !isSign(tokens, at, '.')) break;
    at += 1;
  }
  if (parts[0] === 'lateral' || (at < to && isSign(tokens, at, '('))) return undefined;
  return { source: { kind: 'relation', name: { parts, range: { from, to: at } } }, alias: parts.at(-1)?.toLowerCase(), end: at };
}
