/** Fills the slots of compiled text: values that only the plan knows. */
import { bug } from '../diagnostics/bug.ts';
import type { CompiledText, RunSlotName, SlotName } from './compiled.ts';
import { joinTexts, sliceText } from './compiled-text.ts';
import { generatedMap } from './span-map.ts';

export const slotNames: readonly RunSlotName[] = ['interval.start', 'interval.end', 'run.id', 'run.started_at'];

/** What stands for a slot in compiled text. */
export function slotPlaceholder(name: RunSlotName): string {
  return `{{${name}}}`;
}

/** Those that have another value for each interval. */
export const intervalSlots: readonly SlotName[] = ['interval.start', 'interval.end'];

/** Puts SQL literals in the place of slots but those of `open`; each literal maps to the mustache that its slot came from. */
export function fillSlots(
  text: CompiledText,
  values: Readonly<Partial<Record<RunSlotName, string>>>,
  open: readonly SlotName[] = [],
): CompiledText {
  if (text.slots.length === 0) return text;
  const parts: CompiledText[] = [];
  let at = 0;
  for (const slot of text.slots) {
    if (open.includes(slot.name)) continue;
    const sql = (slot.name === 'columns' ? undefined : values[slot.name]) ?? bug(`no value for slot ${slot.name}`);
    parts.push(sliceText(text, at, slot.at), { sql, map: generatedMap(text.map, slot.at), slots: [] });
    at = slot.at + slot.length;
  }
  parts.push(sliceText(text, at, text.sql.length));
  return joinTexts(parts);
}
