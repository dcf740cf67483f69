/** The parts of a query that can be left out without touching the rest: items of select lists and conditions. */
import type { Range, Tokens } from '../parse/code-tokens.ts';
import { isSign, isWord, nameOf } from '../parse/code-tokens.ts';
import { conjuncts } from '../parse/sql/conditions.ts';
import { itemName } from '../parse/sql/item-name.ts';
import type { Branch, Query, Select } from '../parse/sql/query.ts';
import { readText, seenQueries } from '../parse/sql/read-query.ts';

export interface QueryPart {
  readonly start: number;
  readonly end: number;
  /** Of an item the name of its column, in small letters and without quotes, as far as the text tells. */
  readonly name?: string;
  /** Of an item the same as it is written. */
  readonly written?: string;
  /** Of an item that others may read, where only the engine knows for sure how it is called. */
  readonly hidden?: true;
  /** All names that stand in it, but for those of functions, in small letters. */
  readonly names: ReadonlySet<string>;
  /** Of an item in a later branch of a set operation: the names that the first one gives. */
  readonly under?: readonly string[];
}

export interface QueryParts {
  /** In no order; they may stand inside of each other. */
  readonly parts: readonly QueryPart[];
  /** Somewhere columns get names by their order: then nobody can say from the text which is which. */
  readonly renames: boolean;
}

/** Undefined where the text cannot be read. */
export function readParts(sql: string): QueryParts | undefined {
  const read = readText(sql);
  if (read === undefined) return undefined;
  const { tokens } = read;
  const seen = seenQueries(tokens, read.query).map(({ query }) => query);
  const parts = seen.flatMap((query) => partsOf(sql, tokens, query, query === read.query));
  // What a branch that nobody can read gives may have any name.
  const isUnread = seen.some(({ branches }) => branches.some(({ kind }) => kind === 'unread'));
  return { parts, renames: isUnread || renamesColumns(tokens) };
}

/** The smallest part around an offset. */
export function partAround({ parts }: QueryParts, offset: number): QueryPart | undefined {
  return partsAround(parts, offset).reduce<QueryPart | undefined>(
    (best, part) => (best === undefined || part.end - part.start < best.end - best.start ? part : best),
    undefined,
  );
}

export function partsAround(parts: readonly QueryPart[], offset: number): readonly QueryPart[] {
  return parts.filter(({ start, end }) => start <= offset && offset < end);
}

/** Nobody reads what the `isLast` query gives. */
function partsOf(sql: string, tokens: Tokens, { branches }: Query, isLast: boolean): readonly QueryPart[] {
  const [first] = branches.map(selectOf);
  const firstNames = (first?.items ?? []).flatMap((item) => itemName(tokens, item)?.toLowerCase() ?? []);
  return branches.flatMap((branch, at) => {
    if (branch.kind !== 'select') return [];
    const items = branch.items
      .filter(({ star }) => star === undefined)
      .map((item): QueryPart => {
        const name = itemName(tokens, item)?.toLowerCase();
        const last = tokens.list[item.range.to - 1];
        const isWritten = last !== undefined && nameOf(last) !== undefined;
        const written = isWritten ? sql.slice(last.start, last.end) : name;
        return {
          ...partOf(tokens, item.range),
          ...(name === undefined || written === undefined ? {} : { name, written }),
          ...(isWritten || isLast ? {} : { hidden: true as const }),
          ...(at === 0 ? {} : { under: firstNames }),
        };
      });
    return [...items, ...conditionsOf(tokens, branch).map((range) => partOf(tokens, range))];
  });
}

const selectOf = (branch: Branch): Select | undefined => (branch.kind === 'select' ? branch : undefined);

function conditionsOf(tokens: Tokens, { where, having, qualify, from }: Select): readonly Range[] {
  const whole = [where, having, qualify, ...from.map(({ on }) => on)].filter((range) => range !== undefined);
  return whole.flatMap((range) => conjuncts(tokens, range) ?? [range]);
}

function partOf(tokens: Tokens, { from, to }: Range): Pick<QueryPart, 'start' | 'end' | 'names'> {
  const { list } = tokens;
  const inside = list.slice(from, to);
  const names = new Set(inside.flatMap((token, at) => (isSign(tokens, from + at + 1, '(') ? [] : (nameOf(token)?.toLowerCase() ?? []))));
  return { start: list[from]?.start ?? 0, end: list[to - 1]?.end ?? 0, names };
}

/** Words between brackets that name nothing. */
const joining: ReadonlySet<string> = new Set(
  'over filter within and or in not using on from join lateral by with limit offset qualify return interval window union except intersect all any where having then else is like between as select exists values'.split(
    ' ',
  ),
);

/** `with a (x, y) as (…)`, `(…) as t (x, y)`, `from a as t (x, y)`, `* rename (…)`, and clauses that turn rows into columns. */
function renamesColumns(tokens: Tokens): boolean {
  return tokens.list.some((_, at) => {
    if (isWord(tokens, at, 'pivot', 'unpivot', 'columns', 'rename')) return true;
    if (isWord(tokens, at, 'replace') && (isSign(tokens, at - 1, '*') || isSign(tokens, at - 1, ')'))) return true;
    if (isSign(tokens, at, ')') && isWord(tokens, at + 1, 'as') && isSign(tokens, at + 2, '(')) return true;
    const name = nameOf(tokens.list[at]);
    if (name === undefined || joining.has(name) || !isSign(tokens, at + 1, '(')) return false;
    if (isWord(tokens, at - 1, 'as')) return name !== 'materialized' && !isInCast(tokens, at);
    return isSign(tokens, at - 1, ')') || followsRelation(tokens, at);
  });
}

/** Whether a relation of FROM ends before this place. */
function followsRelation(tokens: Tokens, at: number): boolean {
  let begin = at - 1;
  if (nameOf(tokens.list[begin]) === undefined) return false;
  while (isSign(tokens, begin - 1, '.')) begin -= 2;
  return isWord(tokens, begin - 1, 'from', 'join') || (isSign(tokens, begin - 1, ',') && !isWord(tokens, begin, 'case', 'not', 'distinct'));
}

/** Whether `as` before this place names a type. */
function isInCast(tokens: Tokens, at: number): boolean {
  let depth = 0;
  for (let before = at - 1; before > 0; before -= 1) {
    if (isSign(tokens, before, ')')) depth += 1;
    else if (isSign(tokens, before, '(')) depth -= 1;
    if (depth < 0) return isWord(tokens, before - 1, 'cast', 'try_cast');
  }
  return false;
}
