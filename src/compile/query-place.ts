/** Finds in a query what an engine complains of without telling where it stands. */
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { Range, Tokens } from '../parse/code-tokens.ts';
import { isWord } from '../parse/code-tokens.ts';
import { itemName } from '../parse/sql/item-name.ts';
import type { Branch, Query, ReadText, Select, SelectItem } from '../parse/sql/query.ts';
import { readText, seenQueries } from '../parse/sql/read-query.ts';

/** The offset of what the error is about; undefined where the text does not tell. */
export function findMistake({ kind, mistake, name }: EngineErrorDetails, sql: string): number | undefined {
  if (kind === 'duplicate-column') return name === undefined ? undefined : placeOfRepeated(sql, name, 1);
  if (mistake !== 'widths-differ' && mistake !== 'alias-twice') return undefined;
  const read = readText(sql);
  if (read === undefined) return undefined;
  const range = mistake === 'widths-differ' ? otherWidth(read) : name === undefined ? undefined : secondAlias(read, name.toLowerCase());
  return range === undefined ? undefined : startOf(read.tokens, range);
}

/** Where the column at `place` of `width` is made: its item, or the star that it comes from. */
export function placeOfColumn(sql: string, place: number, width: number): number | undefined {
  const read = readText(sql);
  const items = read === undefined ? [] : (firstSelect(read.query)?.items ?? []);
  const item = itemAt(items, place, width);
  return read === undefined || item === undefined ? undefined : startOf(read.tokens, item.range);
}

/** Where the query gives a column of this name again, for the `again`th time. */
function placeOfRepeated(sql: string, name: string, again: number): number | undefined {
  const read = readText(sql);
  if (read === undefined) return undefined;
  const { items = [] } = firstSelect(read.query) ?? {};
  const named = items.filter((item) => itemName(read.tokens, item)?.toLowerCase() === name.toLowerCase());
  const stars = items.filter(({ star }) => star !== undefined);
  const [only] = named;
  const behind = only === undefined ? undefined : stars.findLast(({ range }) => range.from > only.range.from);
  const item = named[again] ?? (only === undefined ? stars.at(-1) : (behind ?? (stars.length > 0 ? only : undefined)));
  return item === undefined ? undefined : startOf(read.tokens, item.range);
}

/** Between two stars nobody can count: there it is the last of them. */
function itemAt(items: readonly SelectItem[], place: number, width: number): SelectItem | undefined {
  const stars = items.flatMap(({ star }, at) => (star === undefined ? [] : [at]));
  const [first] = stars;
  const last = stars.at(-1);
  if (first === undefined || last === undefined) return items.length === width ? items[place] : undefined;
  if (place < first) return items[place];
  const fromEnd = items.length - (width - place);
  return fromEnd > last ? items[fromEnd] : items[last];
}

function startOf({ list }: Tokens, { from }: Range): number | undefined {
  return list[from]?.start;
}

/** The select that gives a query its names. */
function firstSelect(query: Query): Select | undefined {
  const [branch] = query.branches;
  if (branch?.kind === 'query') return firstSelect(branch.query);
  return branch?.kind === 'select' ? branch : undefined;
}

const selectOf = (branch: Branch): Select | undefined =>
  branch.kind === 'query' ? firstSelect(branch.query) : branch.kind === 'select' ? branch : undefined;

/** The first branch of a set operation that has not as many columns as the first; where stars hide that, the second of the only one. */
function otherWidth({ tokens, query }: ReadText): Range | undefined {
  const operations = seenQueries(tokens, query)
    .map(({ query: { branches } }) => branches.map(selectOf))
    .filter((branches) => branches.length > 1 && !branches.some((select) => select !== undefined && isByName(tokens, select)));
  for (const [first, ...others] of operations) {
    const wanted = widthOf(tokens, first);
    const other = others.find((select) => differs(wanted, widthOf(tokens, select)));
    if (other !== undefined) return contentOf(other);
  }
  const unclear = operations.filter((branches) => branches.some((select) => widthOf(tokens, select) === undefined));
  const [branches = []] = unclear;
  const second = branches[1];
  return unclear.length === 1 && branches.length === 2 && second !== undefined ? contentOf(second) : undefined;
}

function differs(one: number | undefined, other: number | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function widthOf(tokens: Tokens, select: Select | undefined): number | undefined {
  const expands = ({ range, star }: SelectItem): boolean => star !== undefined || isWord(tokens, range.from, 'columns', 'unnest');
  return select === undefined || select.items.some(expands) ? undefined : select.items.length;
}

function contentOf({ items, range }: Select): Range {
  return items[0]?.range ?? range;
}

function isByName(tokens: Tokens, { range }: Select): boolean {
  return isWord(tokens, range.from - 1, 'name') && isWord(tokens, range.from - 2, 'by');
}

/** The second relation of one FROM that is called so. */
function secondAlias({ tokens, query }: ReadText, name: string): Range | undefined {
  for (const { query: seen } of seenQueries(tokens, query)) {
    for (const branch of seen.branches) {
      if (branch.kind !== 'select') continue;
      const [, second] = branch.from.filter(({ alias }) => alias === name);
      if (second !== undefined) return relationOf(tokens, second.at, second.source);
    }
  }
  return undefined;
}

/** Behind `left join`. */
function relationOf(tokens: Tokens, at: number, source: Select['from'][number]['source']): Range {
  if (source.kind === 'relation') return source.name.range;
  if (source.kind === 'query') return { from: source.query.range.from - 1, to: source.query.range.to + 1 };
  let from = at;
  while (isWord(tokens, from, 'left', 'right', 'full', 'inner', 'outer', 'cross', 'natural', 'join')) from += 1;
  return { from, to: from + 1 };
}
