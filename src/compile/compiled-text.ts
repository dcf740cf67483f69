/** Cuts and joins compiled texts: SQL, span map and slots stay together. */
import type { CompiledText, Slot } from './compiled.ts';
import { emptyMap, joinMaps, segmentKind, sliceMap, syntheticMap } from './span-map.ts';

export const emptyText: CompiledText = Object.freeze({ sql: '', map: emptyMap, slots: Object.freeze([]) });

/** A text that `tx` writes itself. */
export function syntheticText(sql: string): CompiledText {
  return { sql, map: syntheticMap(), slots: [] };
}

/** A text that stands as it is under `path`, with nothing to render. */
export function verbatimText(path: string, sql: string): CompiledText {
  return { sql, map: { files: [path], segments: [0, 0, 0, sql.length, segmentKind.verbatim] }, slots: [] };
}

/** The part `[from, to)`. A slot that is cut through is lost, so callers cut at tokens. */
export function sliceText(text: CompiledText, from: number, to: number): CompiledText {
  if (from === 0 && to === text.sql.length) return text;
  if (from >= to) return emptyText;
  const slots = text.slots
    .filter((slot) => slot.at >= from && slot.at + slot.length <= to)
    .map((slot) => ({ ...slot, at: slot.at - from }));
  return { sql: text.sql.slice(from, to), map: sliceMap(text.map, from, to), slots };
}

/** The texts one after another. */
export function joinTexts(texts: readonly CompiledText[]): CompiledText {
  let sql = '';
  const slots: Slot[] = [];
  for (const text of texts) {
    for (const slot of text.slots) slots.push({ ...slot, at: slot.at + sql.length });
    sql += text.sql;
  }
  return { sql, map: joinMaps(texts.map((text) => ({ map: text.map, length: text.sql.length }))), slots };
}

/** The text without its part `[from, to)`. */
export function cutText(text: CompiledText, from: number, to: number): CompiledText {
  return joinTexts([sliceText(text, 0, from), sliceText(text, to, text.sql.length)]);
}
