/** Finds what in a query may have met a value that it cannot take, for engines that tell no place for that. */
import type { ValueOperation } from '../adapter/engine-error.ts';
import type { Note } from '../diagnostics/diagnostic.ts';
import { nextSqlToken } from '../parse/sql-scan.ts';
import type { SqlToken } from '../parse/sql-scan.ts';
import { placeInCompiled } from './compiled-excerpt.ts';
import type { CompiledText } from './compiled.ts';

const calls: Readonly<Record<ValueOperation, ReadonlySet<string>>> = {
  division: new Set(['mod', 'div']),
  conversion: new Set(['cast', 'to_date', 'to_timestamp', 'to_number']),
};

/** Signs that, before or after it, make another operator of one. */
const PART_OF_OPERATOR = /[~!@#^&|`?<>=+*]/;

const TEXT_TYPE = /^\s*(?:pg_catalog\.)?(?:text|varchar|character\s+varying)\b/i;
const AS_TEXT = /\sas\s+(?:pg_catalog\.)?(?:text|varchar|character\s+varying)(?:\s*\(\s*\d+\s*\))?\s*$/i;

/** The text between the parenthesis at or after `at` and the one that closes it. */
function inParentheses(sql: string, at: number): string {
  const open = sql.indexOf('(', at);
  let depth = 0;
  for (let token = nextSqlToken(sql, open); token !== undefined; token = nextSqlToken(sql, token.end)) {
    if (token.kind !== 'sign') continue;
    if (sql[token.start] === '(') depth += 1;
    if (sql[token.start] === ')') depth -= 1;
    if (depth === 0) return sql.slice(open + 1, token.start);
  }
  return '';
}

/** Every value is a text, and a constant is converted before any row is read. */
function convertsFreely(sql: string, token: SqlToken, before: SqlToken | undefined): boolean {
  if (token.kind === 'word') return AS_TEXT.test(inParentheses(sql, token.end));
  const isConstant = before?.kind === 'string' || (before?.kind === 'word' && /^null$/i.test(sql.slice(before.start, before.end)));
  return isConstant || TEXT_TYPE.test(sql.slice(token.end + 1, token.end + 60));
}

function isSuspect(sql: string, token: SqlToken, before: SqlToken | undefined, operation: ValueOperation): boolean {
  const text = sql.slice(token.start, token.end);
  if (token.kind === 'word') {
    const isCall = calls[operation].has(text.toLowerCase()) && /^\s*\(/.test(sql.slice(token.end, token.end + 50));
    return isCall && !(operation === 'conversion' && convertsFreely(sql, token, before));
  }
  if (token.kind !== 'sign') return false;
  if (operation === 'conversion') return text === ':' && sql[token.end] === ':' && !convertsFreely(sql, token, before);
  if (text !== '/' && text !== '%') return false;
  // `//` is one division.
  const isSecond = before?.kind === 'sign' && before.end === token.start && sql[before.start] === text;
  return !isSecond && !PART_OF_OPERATOR.test(sql[token.start - 1] ?? ' ') && !PART_OF_OPERATOR.test(sql[token.end] ?? ' ');
}

/** Offsets of all divisions, or of all conversions that may fail, that a query writes out. */
export function findSuspects(sql: string, operation: ValueOperation): readonly number[] {
  const found: number[] = [];
  let before: SqlToken | undefined;
  for (let token = nextSqlToken(sql, 0); token !== undefined; token = nextSqlToken(sql, token.end)) {
    if (isSuspect(sql, token, before, operation)) found.push(token.start);
    before = token;
  }
  return found;
}

/** Most places that are listed. */
const mostPlaces = 5;

export interface SuspectPlaces {
  /** The only one that there is. */
  readonly offset?: number;
  readonly notes: readonly Note[];
}

const nothing: SuspectPlaces = Object.freeze({ notes: Object.freeze([]) });

/** Where the error can have come from: one place, if neither the text nor a view that runs along has another one, else a list. */
export function placeSuspects(text: CompiledText, views: readonly { readonly sql: string }[], operation: ValueOperation): SuspectPlaces {
  const offsets = findSuspects(text.sql, operation);
  const places = offsets.flatMap((offset) => {
    const place = placeInCompiled(text, offset, 1);
    return place === undefined ? [] : [{ offset, place }];
  });
  // A macro that divides twice stands in one place of the template.
  const distinct = new Map(places.map((entry) => [`${entry.place.span.path}:${entry.place.span.start}`, entry]));
  const [only] = distinct.values();
  if (only === undefined) return nothing;
  const isAlone = distinct.size === 1 && !views.some(({ sql }) => findSuspects(sql, operation).length > 0);
  // What a macro converts is often looked at before.
  if (isAlone && (operation === 'division' || only.place.excerpt === undefined)) {
    return { offset: only.offset, notes: [{ message: `the engine tells no place: this is the only ${operation} of the query` }] };
  }
  const shown = [...distinct.values()].slice(0, mostPlaces);
  const rest = distinct.size - shown.length;
  return {
    notes: [
      ...shown.map(({ place }): Note => ({ message: `the error may come from this ${operation}`, span: place.span })),
      ...(rest === 0 ? [] : [{ message: `and from ${rest} more` }]),
    ],
  };
}
