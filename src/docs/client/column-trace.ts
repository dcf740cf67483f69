/** Follows a column through all models, up and down. */
import { fromDifferences } from '../differences.ts';
import type { SiteColumns, SiteLineage } from '../site-data.ts';

interface Place {
  readonly node: number;
  readonly column: number;
}

export interface TracedColumn extends Place {
  /** How the value came here from the step before. */
  readonly kind: string;
}

/** A step from one node to another, whatever the columns. */
export interface TracedStep {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

export interface ColumnTrace {
  readonly up: readonly TracedColumn[];
  readonly down: readonly TracedColumn[];
  readonly steps: readonly TracedStep[];
}

export interface ColumnFlow {
  readonly columns: SiteColumns;
  readonly trace: (node: number, column: number) => ColumnTrace;
}

export function makeColumnFlow(columns: SiteColumns, { kinds, edges }: SiteLineage): ColumnFlow {
  const [into, outOf] = [new Map<string, TracedColumn[]>(), new Map<string, TracedColumn[]>()];
  const add = (map: Map<string, TracedColumn[]>, key: string, step: TracedColumn): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [step]);
    else list.push(step);
  };
  const [froms = [], fromColumns = [], tos = [], toColumns = [], numbers = []] = edges.map(fromDifferences);
  for (const [at, from] of froms.entries()) {
    const [fromColumn = 0, to = 0, toColumn = 0, kind = 0] = [fromColumns[at], tos[at], toColumns[at], numbers[at]];
    const word = kinds[kind] ?? '';
    add(into, `${to} ${toColumn}`, { node: from, column: fromColumn, kind: word });
    add(outOf, `${from} ${fromColumn}`, { node: to, column: toColumn, kind: word });
  }
  const follow = (map: ReadonlyMap<string, readonly TracedColumn[]>, start: Place, met: (one: number, step: TracedColumn) => void): readonly TracedColumn[] => {
    const seen = new Set([`${start.node} ${start.column}`]);
    const found: TracedColumn[] = [];
    const open: Place[] = [start];
    for (const { node, column } of open) {
      for (const step of map.get(`${node} ${column}`) ?? []) {
        met(node, step);
        const key = `${step.node} ${step.column}`;
        if (seen.has(key)) continue;
        seen.add(key);
        found.push(step);
        open.push(step);
      }
    }
    return found;
  };
  return {
    columns,
    trace: (node, column) => {
      const steps: TracedStep[] = [];
      const up = follow(into, { node, column }, (to, step) => void steps.push({ from: step.node, to, kind: step.kind }));
      const down = follow(outOf, { node, column }, (from, step) => void steps.push({ from, to: step.node, kind: step.kind }));
      return { up, down, steps };
    },
  };
}
