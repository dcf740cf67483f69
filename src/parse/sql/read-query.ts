/** Reads the shape of a query out of its tokens: common tables, branches, clauses. It is no parser: what is unusual stays unread. */
import type { Branch, CommonTable, Query, ReadText, SeenQuery, Select, SelectItem } from './query.ts';
import { readFrom } from './read-from.ts';
import type { Range, Tokens } from '../code-tokens.ts';
import { isSign, isWord, localName, tokenize, topLevel } from '../code-tokens.ts';

/** The shape of a text that is one query; undefined where it cannot be read at all. */
export function readText(sql: string): ReadText | undefined {
  const tokens = tokenize(sql);
  if (tokens === undefined) return undefined;
  const end = isSign(tokens, tokens.list.length - 1, ';') ? tokens.list.length - 1 : tokens.list.length;
  const query = readQuery(tokens, { from: 0, to: end });
  if (query === undefined) return undefined;
  const commonNames = new Set(seenQueries(tokens, query).flatMap((seen) => seen.query.commonTables.map(({ name }) => name)));
  return { tokens, query, commonNames };
}

/** The query and all queries inside of it, wherever they stand. */
export function seenQueries(tokens: Tokens, query: Query): readonly SeenQuery[] {
  const found: SeenQuery[] = [];
  const visit = (current: Query, outer: ReadonlyMap<string, Query>): void => {
    const visible = new Map(outer);
    for (const common of current.commonTables) {
      visit(common.query, visible);
      visible.set(common.name, common.query);
    }
    found.push({ query: current, visible });
    for (const branch of current.branches) {
      if (branch.kind === 'query') visit(branch.query, visible);
      if (branch.kind === 'select') for (const inner of queriesInside(tokens, branch.range)) visit(inner, visible);
    }
  };
  visit(query, new Map());
  return found;
}

/** The outermost queries in brackets of a range. */
export function queriesInside(tokens: Tokens, { from, to }: Range): readonly Query[] {
  const found: Query[] = [];
  for (let at = from; at < to; at += 1) {
    const close = tokens.partners.get(at);
    if (close === undefined || !isSign(tokens, at, '(') || !isWord(tokens, at + 1, 'select', 'with')) continue;
    const inner = readQuery(tokens, { from: at + 1, to: close });
    if (inner === undefined) continue;
    found.push(inner);
    at = close;
  }
  return found;
}

function readQuery(tokens: Tokens, range: Range): Query | undefined {
  const head = isWord(tokens, range.from, 'with') ? readCommonTables(tokens, range) : { tables: [], next: range.from };
  if (head === undefined || head.next >= range.to) return undefined;
  const begin = head.next;
  if (!isWord(tokens, begin, 'select') && !isSign(tokens, begin, '(')) return undefined;
  const cuts: number[] = [];
  let bodyEnd = range.to;
  let order: number | undefined;
  let hasLimit = false;
  let orderEnd = range.to;
  for (const at of topLevel(tokens, { from: begin, to: range.to })) {
    if (isWord(tokens, at, 'union', 'intersect', 'except') && !isSign(tokens, at - 1, '*')) cuts.push(at);
    else if (isWord(tokens, at, 'order') && isWord(tokens, at + 1, 'by') && order === undefined) {
      order = at;
      bodyEnd = Math.min(bodyEnd, at);
    } else if (isLimit(tokens, at)) {
      hasLimit = true;
      orderEnd = Math.min(orderEnd, at);
      bodyEnd = Math.min(bodyEnd, at);
    }
  }
  return {
    range,
    commonTables: head.tables,
    branches: branchRanges(tokens, begin, bodyEnd, cuts).map((part) => readBranch(tokens, part)),
    ...(order === undefined ? {} : { orderBy: { from: order, to: orderEnd } }),
    hasLimit,
  };
}

/** Whether rows are left out by their number here. A column can have such a name; then the query only looks like one with a limit. */
function isLimit(tokens: Tokens, at: number): boolean {
  return isWord(tokens, at, 'limit', 'offset', 'fetch');
}

interface Head {
  readonly tables: readonly CommonTable[];
  readonly next: number;
}

function readCommonTables(tokens: Tokens, { from, to }: Range): Head | undefined {
  const tables: CommonTable[] = [];
  let at = isWord(tokens, from + 1, 'recursive') ? from + 2 : from + 1;
  for (;;) {
    const name = localName(tokens.list[at]);
    if (name === undefined) return undefined;
    at += 1;
    if (isSign(tokens, at, '(')) at = (tokens.partners.get(at) ?? to) + 1;
    if (!isWord(tokens, at, 'as')) return undefined;
    at += 1;
    if (isWord(tokens, at, 'not')) at += 1;
    if (isWord(tokens, at, 'materialized')) at += 1;
    const close = tokens.partners.get(at);
    if (close === undefined || close >= to) return undefined;
    const range = { from: at + 1, to: close };
    tables.push({ name, query: readQuery(tokens, range) ?? unreadQuery(range) });
    at = close + 1;
    if (!isSign(tokens, at, ',')) return { tables, next: at };
    at += 1;
  }
}

function unreadQuery(range: Range): Query {
  return { range, commonTables: [], branches: [{ kind: 'unread' }], hasLimit: false };
}

function branchRanges(tokens: Tokens, from: number, to: number, cuts: readonly number[]): readonly Range[] {
  const ranges: Range[] = [];
  let begin = from;
  for (const cut of cuts.filter((at) => at < to)) {
    ranges.push({ from: begin, to: cut });
    begin = cut + 1;
    while (isWord(tokens, begin, 'all', 'distinct', 'by', 'name')) begin += 1;
  }
  return [...ranges, { from: begin, to }];
}

function readBranch(tokens: Tokens, range: Range): Branch {
  if (isSign(tokens, range.from, '(') && tokens.partners.get(range.from) === range.to - 1) {
    const query = readQuery(tokens, { from: range.from + 1, to: range.to - 1 });
    return query === undefined ? { kind: 'unread' } : { kind: 'query', query };
  }
  return isWord(tokens, range.from, 'select') ? readSelect(tokens, range) : { kind: 'unread' };
}

const clauses = ['from', 'where', 'group', 'having', 'window', 'qualify'] as const;
type Clause = (typeof clauses)[number];

function readSelect(tokens: Tokens, range: Range): Select {
  const { distinct, begin } = readDistinct(tokens, range.from + 1);
  const starts = findClauses(tokens, { from: begin, to: range.to });
  const all = [...starts.values()].sort((a, b) => a - b);
  const rangeOf = (clause: Clause, words = 1): Range | undefined => {
    const start = starts.get(clause);
    return start === undefined ? undefined : { from: start + words, to: all.find((at) => at > start) ?? range.to };
  };
  const from = rangeOf('from');
  const where = rangeOf('where');
  const groupBy = rangeOf('group', 2);
  const having = rangeOf('having');
  const qualify = rangeOf('qualify');
  return {
    kind: 'select',
    range,
    distinct,
    items: splitItems(tokens, { from: begin, to: all[0] ?? range.to }),
    from: from === undefined ? [] : readFrom(tokens, from, (inner) => readQuery(tokens, inner)),
    ...(where === undefined ? {} : { where }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(having === undefined ? {} : { having }),
    ...(qualify === undefined ? {} : { qualify }),
    filtersLater: starts.has('having') || starts.has('qualify'),
  };
}

function readDistinct(tokens: Tokens, at: number): { readonly distinct: Select['distinct']; readonly begin: number } {
  if (isWord(tokens, at, 'all')) return { distinct: 'no', begin: at + 1 };
  if (!isWord(tokens, at, 'distinct')) return { distinct: 'no', begin: at };
  if (!isWord(tokens, at + 1, 'on')) return { distinct: 'all', begin: at + 1 };
  return { distinct: 'on', begin: (tokens.partners.get(at + 2) ?? at + 1) + 1 };
}

/** Where each clause begins: each once, in their order. */
function findClauses(tokens: Tokens, range: Range): ReadonlyMap<Clause, number> {
  const starts = new Map<Clause, number>();
  let reached = -1;
  for (const at of topLevel(tokens, range)) {
    const index = clauses.findIndex((clause) => isWord(tokens, at, clause));
    const clause = clauses[index];
    if (clause === undefined || index <= reached || isSign(tokens, at - 1, '.') || isWord(tokens, at - 1, 'as')) continue;
    // `is distinct from`; and `group` is a clause only with `by`.
    if (clause === 'from' && isWord(tokens, at - 1, 'distinct')) continue;
    if (clause === 'group' && !isWord(tokens, at + 1, 'by')) continue;
    starts.set(clause, at);
    reached = index;
  }
  return starts;
}

function splitItems(tokens: Tokens, range: Range): readonly SelectItem[] {
  return splitBy(tokens, range, (at) => isSign(tokens, at, ',')).map((part) => {
    if (isSign(tokens, part.from, '*')) return { range: part, star: {} };
    const of = localName(tokens.list[part.from]);
    const isStar = of !== undefined && isSign(tokens, part.from + 1, '.') && isSign(tokens, part.from + 2, '*');
    return isStar ? { range: part, star: { of } } : { range: part };
  });
}

/** The parts of a range between the tokens that separate them; empty ones are left out. */
export function splitBy(tokens: Tokens, range: Range, separates: (at: number) => boolean): readonly Range[] {
  const parts: Range[] = [];
  let begin = range.from;
  for (const at of topLevel(tokens, range)) {
    if (!separates(at)) continue;
    parts.push({ from: begin, to: at });
    begin = at + 1;
  }
  return [...parts, { from: begin, to: range.to }].filter(({ from, to }) => from < to);
}
