/** Fills the slots of compiled text: values that only the plan knows. */
import { bug } from '../diagnostics/bug.ts';
import type { CompiledText, SlotName } from './compiled.ts';
import { joinTexts, sliceText } from './compiled-text.ts';
import { lookupSpan, segmentKind, syntheticMap } from './span-map.ts';
import type { SpanMap } from './span-map.ts';

export const slotNames: readonly SlotName[] = ['interval.start', 'interval.end', 'run.id', 'run.started_at'];

/** What stands for a slot in compiled text. */
export function slotPlaceholder(name: SlotName): string {
  return `{{${name}}}`;
}

/** Puts SQL literals in the place of slots; each literal maps to the mustache that its slot came from. */
export function fillSlots(text: CompiledText, values: Readonly<Partial<Record<SlotName, string>>>): CompiledText {
  if (text.slots.length === 0) return text;
  const parts: CompiledText[] = [];
  let at = 0;
  for (const slot of text.slots) {
    const sql = values[slot.name] ?? bug(`no value for slot ${slot.name}`);
    parts.push(sliceText(text, at, slot.at), { sql, map: placeOf(text.map, slot.at), slots: [] });
    at = slot.at + slot.length;
  }
  parts.push(sliceText(text, at, text.sql.length));
  return joinTexts(parts);
}

/** One generated segment with the place that the text at `offset` came from. */
function placeOf(map: SpanMap, offset: number): SpanMap {
  const place = lookupSpan(map, offset);
  if (place === undefined) return syntheticMap();
  const { path, start, end } = place.span;
  return { files: [path], segments: [0, 0, start, end, segmentKind.generated] };
}
