/** Which branch of a set operation is told of when their types do not mix: the one that differs from most of the others. */
import type { TypeMisfit } from '../adapter/analysis.ts';
import type { Tokens } from '../parse/code-tokens.ts';
import type { Query, SelectItem } from '../parse/sql/query.ts';
import { readText, seenQueries } from '../parse/sql/read-query.ts';

interface Item {
  readonly start: number;
  readonly text: string;
}

/** A column or a value, with or without a name: nothing in it can be cast but the whole. */
const simple = /^(?:[\w$.]+|"[^"]*"|'[^']*')(?:\s+(?:as\s+)?[\w"]+)?$/i;

/** Has the type that is wanted of it. */
const untyped = /^(?:null\b|')/i;

/**
 * An engine that casts all branches to one type tells of those that do not fit it, and that may be most of them: then what they
 * were to become is told of instead. Of two, the second is.
 */
export function blameBranches(sql: string, misfits: readonly TypeMisfit[]): readonly TypeMisfit[] {
  if (misfits.length === 0) return misfits;
  const read = readText(sql);
  if (read === undefined) return misfits;
  return seenQueries(read.tokens, read.query)
    .flatMap(({ query }) => columnsOf(sql, read.tokens, query))
    .reduce(blameIn, misfits);
}

/** For each column of a set operation its items, one of each branch; none where they cannot be told. */
function columnsOf(sql: string, tokens: Tokens, { branches }: Query): readonly (readonly Item[])[] {
  const lists = branches.map((branch) => (branch.kind === 'select' ? branch.items : []));
  const [first = []] = lists;
  const isClear =
    lists.length > 1 && lists.every((items) => items.length === first.length && items.every(({ star }) => star === undefined));
  return isClear ? first.map((_, at) => lists.flatMap((items) => itemOf(sql, tokens, items[at]))) : [];
}

function itemOf(sql: string, { list }: Tokens, item: SelectItem | undefined): readonly Item[] {
  const [first, last] = item === undefined ? [] : [list[item.range.from], list[item.range.to - 1]];
  return first === undefined || last === undefined ? [] : [{ start: first.start, text: sql.slice(first.start, last.end) }];
}

function blameIn(misfits: readonly TypeMisfit[], items: readonly Item[]): readonly TypeMisfit[] {
  const typed = items.filter(({ text }) => !untyped.test(text));
  const told = misfits.filter(({ position, value }) => value === undefined && typed.some(({ start }) => start === position));
  const [misfitting, fitting] = [true, false].map((is) =>
    typed.filter(({ start }) => told.some(({ position }) => position === start) === is),
  );
  const [one] = told;
  if (one === undefined || misfitting === undefined || fitting === undefined || fitting.length === 0) return misfits;
  if (told.some(({ to }) => to !== one.to) || !misfitting.every(({ text }) => simple.test(text))) return misfits;
  const isOfFirst = misfitting[0] === typed[0];
  if (misfitting.length < fitting.length || (misfitting.length === fitting.length && !isOfFirst)) return misfits;
  const others = fitting.map(({ start }) => ({ from: one.to, to: one.from, position: start }));
  return [...misfits.filter((misfit) => !told.includes(misfit)), ...others];
}
