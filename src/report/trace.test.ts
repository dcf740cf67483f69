/** What a profile says of statements. */
import { describe, expect, it } from 'vitest';
import { createMask } from './mask.ts';
import { createTrace } from './trace.ts';

describe('a trace', () => {
  it('cuts long statements, and leaves no half of a secret at the cut', async () => {
    const trace = createTrace(() => 1, 'build');
    // Eight characters stand before them.
    const hidden = `select '${'x'.repeat(1_982)}hunter22-is-long', 1`;
    const long = `select '${'y'.repeat(3_000)}'`;
    for (const sql of [hidden, long]) await trace.statement(0, 'create', sql, () => Promise.resolve());
    const text = [...trace.render(createMask(['hunter22-is-long']).apply)].join('');
    const { traceEvents } = JSON.parse(text) as { readonly traceEvents: readonly { readonly args: { readonly sql?: string } }[] };
    expect(traceEvents.flatMap(({ args }) => args.sql ?? [])).toEqual([
      `select '${'x'.repeat(1_982)}***', 1`,
      `select '${'y'.repeat(1_992)}…`,
    ]);
  });
});
