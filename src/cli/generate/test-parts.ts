/** The parts of a written unit test that follow from its rows. */
import type { Column } from '../../adapter/relation.ts';
import type { CompiledModel } from '../../compile/compiled.ts';
import { maskedKind } from '../../generate/unit-test/mask.ts';
import type { WrittenTable } from '../../generate/unit-test/unit-test-yaml.ts';
import type { BoundProbe, QueryResult } from './row-bench.ts';
import type { TextRow } from './sampled-rows.ts';

/** Rows with some of their columns; sorted, so that people find their way. */
export function tableOf(columns: readonly Column[], rows: readonly TextRow[], used: readonly number[], isSorted: boolean): WrittenTable {
  const chosen = rows.map((row) => used.map((at) => row[at] ?? null));
  if (isSorted) chosen.sort(compareRows);
  const plain = used.map((at) => isPlainType(columns[at]?.type ?? ''));
  return {
    columns: used.map((at) => columns[at]?.name ?? ''),
    rows: chosen.map((row) => row.map((text, at) => ({ text, isPlain: plain[at] === true }))),
  };
}

function isPlainType(type: string): boolean {
  return /^bool/i.test(type) || ['number', 'date', 'timestamp'].includes(maskedKind(type));
}

function compareRows(one: TextRow, other: TextRow): number {
  for (const [at, value] of one.entries()) {
    const [a, b] = [value ?? '', other[at] ?? ''];
    if (a === b) continue;
    const difference = Number(a) - Number(b);
    return Number.isNaN(difference) || difference === 0 ? (a < b ? -1 : 1) : difference;
  }
  return 0;
}

export interface Told {
  readonly target: string;
  readonly probes: readonly BoundProbe[];
  /** Which of them some row answers. */
  readonly held: readonly boolean[];
  /** Which of them rows answer before values are made up; empty where none are. */
  readonly wasHeld: readonly boolean[];
  /** Columns with made-up values. */
  readonly masked: readonly string[];
  readonly unstable: readonly string[];
}

const mostNamed = 8;

/** What people should know of the test. */
export function commentsOf({ target, probes, held, wasHeld, masked, unstable }: Told): readonly string[] {
  const open = probes.flatMap(({ label }, at) => (held[at] === true ? [] : [{ label, wasTaken: wasHeld[at] === true }]));
  const labels = (wasTaken: boolean): readonly string[] => [
    ...new Set(open.flatMap((probe) => (probe.wasTaken === wasTaken ? [probe.label] : []))),
  ];
  const count = held.filter(Boolean).length;
  const taken = probes.length === 0 ? '' : `; they take ${count} of ${probes.length} branches`;
  return [
    `Rows of the target \`${target}\`${taken}.`,
    ...listed('No row was found that is', labels(false)),
    ...(masked.length === 0 ? [] : [`Values are made up in ${masked.join(', ')}.`]),
    ...listed('With made-up values no row is any more', labels(true)),
    ...(unstable.length === 0 ? [] : [`Left out, because the values are not the same each time: ${unstable.join(', ')}.`]),
  ];
}

function listed(title: string, labels: readonly string[]): readonly string[] {
  if (labels.length === 0) return [];
  const more = labels.length - mostNamed;
  return [title, ...labels.slice(0, mostNamed).map((label) => `  ${label}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}

const dayMs = 86_400_000;

/** An interval of days that begins with the first row and, where there are rows of several days, ends before the last. */
export function chooseInterval({ columns, rows }: QueryResult, model: CompiledModel): { readonly start: string; readonly end: string } {
  const wanted = model.config.intervals?.timeColumn.toLowerCase();
  const at = columns.findIndex(({ name, type }) =>
    wanted === undefined ? /^(?:date|timestamp)/i.test(type) : name.toLowerCase() === wanted,
  );
  const days = rows.flatMap((row) => /^\d{4}-\d\d-\d\d/.exec(row[at] ?? '')?.[0] ?? []).sort();
  const first = Date.parse(`${days[0] ?? '2000-01-01'}T00:00:00Z`);
  const last = Date.parse(`${days.at(-1) ?? '2000-01-01'}T00:00:00Z`);
  const text = (time: number): string => new Date(time).toISOString().slice(0, 19) + 'Z';
  return { start: text(first), end: text(last > first ? last : first + dayMs) };
}
