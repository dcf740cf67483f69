/** Fills the slots of compiled texts and keeps the filled texts by key, so that an error can be traced back. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Query } from '../adapter/statement.ts';
import type { CompiledText, SlotName } from '../compile/compiled.ts';
import { hasColumnSlots } from '../compile/column-slots.ts';
import { bug } from '../diagnostics/bug.ts';
import { fillSlots, intervalSlots } from '../compile/slots.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { lookupSpan } from '../compile/span-map.ts';
import type { PlanInput } from './plan-input.ts';

/** Texts by the key that `Query.node` carries. */
export type TextIndex = ReadonlyMap<string, CompiledText>;

/** Collects the texts of one plan. */
export interface TextCollector {
  /** The query of `text`, with slots filled; undefined (and a diagnostic) when a slot has no value. */
  readonly query: (key: string, text: CompiledText, node?: string) => Query | undefined;
  /** The same, but the bounds of the interval are left open: each batch fills them for itself. */
  readonly template: (key: string, text: CompiledText, node: string) => Query | undefined;
  readonly texts: TextIndex;
}

export function slotValues(input: Pick<PlanInput, 'run' | 'interval'>, dialect: Dialect): Partial<Record<SlotName, string>> {
  return {
    'run.id': dialect.literal(input.run.id),
    'run.started_at': dialect.literal({ timestamp: input.run.startedAt }),
    ...(input.interval === undefined
      ? {}
      : {
          'interval.start': dialect.literal({ timestamp: input.interval.start }),
          'interval.end': dialect.literal({ timestamp: input.interval.end }),
        }),
  };
}

export function createTextCollector(values: Partial<Record<SlotName, string>>, report: (diagnostic: Diagnostic) => void): TextCollector {
  const texts = new Map<string, CompiledText>();
  const collect = (key: string, text: CompiledText, node: string | undefined, open: readonly SlotName[]): Query | undefined => {
    if (hasColumnSlots(text)) bug(`${key} waits for columns`);
    const missing = text.slots.find((slot) => values[slot.name] === undefined && !open.includes(slot.name));
    if (missing !== undefined) {
      report(diagnose('interval-missing', { slot: missing.name }, { span: lookupSpan(text.map, missing.at)?.span, node }));
      return undefined;
    }
    const filled = text.slots.length === 0 ? text : fillSlots(text, values, open);
    texts.set(key, filled);
    return { node: key, sql: filled.sql };
  };
  return {
    texts,
    query: (key, text, node) => collect(key, text, node, []),
    template: (key, text, node) => collect(key, text, node, intervalSlots),
  };
}
