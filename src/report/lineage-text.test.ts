/** Drawings of lineage that spell names in a way of their own. */
import { describe, expect, it } from 'vitest';
import { lineageMermaid } from './lineage-text.ts';
import { createMask } from './mask.ts';
import { nodeId } from './run-fixture.ts';

describe('Mermaid', () => {
  it('holds no secret, however it spells quotes', () => {
    const column = { node: nodeId('model.shop.orders'), column: 'is "s3cr"et"' };
    const lineage = { column, type: 'integer', nameOf: () => 'orders' };
    expect(lineageMermaid(createMask(['s3cr"et']).apply, lineage)).toBe('flowchart LR\n  c0["orders.is #quot;***#quot;"]');
  });
});
