/** Follows a column through all models, up and down. */
import type { SiteColumns, SiteLineage } from '../site-data.ts';

export interface TracedColumn {
  readonly node: number;
  readonly column: number;
  /** How the value came here from the step before. */
  readonly kind: string;
}

export interface ColumnTrace {
  readonly up: readonly TracedColumn[];
  readonly down: readonly TracedColumn[];
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
  for (let at = 0; at + 4 < edges.length; at += 5) {
    const [from = 0, fromColumn = 0, to = 0, toColumn = 0, kind = 0] = edges.slice(at, at + 5);
    const word = kinds[kind] ?? '';
    add(into, `${to} ${toColumn}`, { node: from, column: fromColumn, kind: word });
    add(outOf, `${from} ${fromColumn}`, { node: to, column: toColumn, kind: word });
  }
  const follow = (map: ReadonlyMap<string, readonly TracedColumn[]>, node: number, column: number): readonly TracedColumn[] => {
    const seen = new Set([`${node} ${column}`]);
    const found: TracedColumn[] = [];
    const open = [`${node} ${column}`];
    for (let at = 0; at < open.length; at += 1) {
      for (const step of map.get(open[at] ?? '') ?? []) {
        const key = `${step.node} ${step.column}`;
        if (seen.has(key)) continue;
        seen.add(key);
        found.push(step);
        open.push(key);
      }
    }
    return found;
  };
  return { columns, trace: (node, column) => ({ up: follow(into, node, column), down: follow(outOf, node, column) }) };
}
