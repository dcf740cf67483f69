/** Puts other relations in the place of those that a compiled text refers to. */
import type { CompiledText } from './compiled.ts';
import { joinTexts, sliceText } from './compiled-text.ts';
import { generatedMap, isCopied } from './span-map.ts';

/** What stands in SQL for a relation, and what is to stand there. */
export type Redirect = readonly [from: string, to: string];

/**
 * The text with other relations. Only what a template function wrote is a reference: a name that somebody wrote by hand, in
 * the text or in a macro, says what it means.
 */
export function redirectRelations(text: CompiledText, redirects: readonly Redirect[]): CompiledText {
  const places = findPlaces(text.sql, redirects).filter(({ at }) => !isCopied(text.map, at));
  if (places.length === 0) return text;
  const parts: CompiledText[] = [];
  let from = 0;
  for (const { at, length, to } of places) {
    parts.push(sliceText(text, from, at), { sql: to, map: generatedMap(text.map, at), slots: [] });
    from = at + length;
  }
  parts.push(sliceText(text, from, text.sql.length));
  return { ...joinTexts(parts), ...(text.asked === undefined ? {} : { asked: text.asked }) };
}

/** The same for SQL of which nobody knows where it came from. */
export function redirectSql(sql: string, redirects: readonly Redirect[]): string {
  let result = '';
  let from = 0;
  for (const { at, length, to } of findPlaces(sql, redirects)) {
    result += sql.slice(from, at) + to;
    from = at + length;
  }
  return result + sql.slice(from);
}

interface Place {
  readonly at: number;
  readonly length: number;
  readonly to: string;
}

/** In order. Names are quoted, so that no name is a part of another; one with more parts before it is another relation. */
function findPlaces(sql: string, redirects: readonly Redirect[]): readonly Place[] {
  const places: Place[] = [];
  for (const [name, to] of redirects) {
    for (let at = sql.indexOf(name); at !== -1; at = sql.indexOf(name, at + name.length)) {
      const isWhole = !'."'.includes(sql[at - 1] ?? ' ') && sql[at + name.length] !== '"';
      if (isWhole) places.push({ at, length: name.length, to });
    }
  }
  return places.sort((one, other) => one.at - other.at);
}
