import { describe, expect, it } from 'vitest';
import { readState, writeState } from './explorer-state.ts';

describe('the state of the explorer', () => {
  it.each([true, false])('is in the address whole, in a site of one file or of many: %s', (isSingle) => {
    const state = { select: '+fct_orders tag:a&b', node: 'fct_orders', column: 'a=b', unfolded: true };
    expect(readState(writeState(state, isSingle))).toEqual(state);
    const plain = { select: '', node: undefined, column: undefined, unfolded: false };
    expect(readState(writeState(plain, isSingle))).toEqual(plain);
    expect(writeState(plain, isSingle)).toBe(isSingle ? '#lineage:' : '#');
  });

  it('reads what people cut off or add as nothing', () => {
    expect(readState('#show=folders&other=1')).toEqual({ select: '', node: undefined, column: undefined, unfolded: false });
  });
});
