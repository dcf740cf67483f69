import { describe, expect, it } from 'vitest';
import type { BoundColumn } from '../analysis.ts';
import { shareColumn, shareInfluence, shareSource } from './shared-parts.ts';

const column = (changes: Partial<BoundColumn> = {}): BoundColumn => ({
  name: 'amount',
  type: 'INTEGER',
  sources: [{ input: 0, column: 'amount', kind: 'identity' }],
  influences: [],
  ...changes,
});

describe('parts of descriptions', () => {
  it('are one object where they are equal', () => {
    expect(shareColumn(column())).toBe(shareColumn(column()));
    expect(shareSource({ input: 1, column: 'a', kind: 'identity' })).toBe(shareSource({ input: 1, column: 'a', kind: 'identity' }));
    expect(shareInfluence({ input: 1, column: 'a', kind: 'join' })).toBe(shareInfluence({ input: 1, column: 'a', kind: 'join' }));
  });

  it('stay what they are, whatever was shared before', () => {
    const different: readonly BoundColumn[] = [
      column(),
      column({ name: 'amount\nINTEGER' }),
      column({ type: 'BIGINT' }),
      column({ sources: [{ input: 1, column: 'amount', kind: 'identity' }] }),
      column({ sources: [{ input: 0, column: 'amount', kind: 'aggregation' }] }),
      column({ sources: [{ input: 0, column: 'amount', kind: 'aggregation', counted: true }] }),
      column({ sources: [] }),
      column({ sources: [], influences: [{ input: 0, column: 'amount', kind: 'filter' }] }),
      column({ influences: [{ input: 0, column: 'amount', kind: 'sort' }] }),
      column({ duplicateOf: 'Amount' }),
      column({ unnamed: true }),
    ];
    for (const _ of [1, 2]) expect(different.map(shareColumn)).toEqual(different);
  });

  it('of which names look like the marks between them are told apart', () => {
    const names = ['a', ' a', 'counted a', 'a\n0 identity b', 'a\n\n0 join b'];
    const all = names.flatMap((name): readonly BoundColumn[] => [
      column({ sources: [{ input: 0, column: name, kind: 'identity' }] }),
      column({ sources: [{ input: 0, column: name, kind: 'identity', counted: true }] }),
      column({
        sources: [
          { input: 0, column: 'a', kind: 'identity' },
          { input: 0, column: 'b', kind: 'identity' },
        ],
      }),
      column({ sources: [{ input: 0, column: 'a', kind: 'identity' }], influences: [{ input: 0, column: 'b', kind: 'join' }] }),
    ]);
    expect(all.map(shareColumn)).toEqual(all);
  });
});
