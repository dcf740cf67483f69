import { describe, expect, it, onTestFinished } from 'vitest';
import { listenForCancel } from './signals.ts';

/** How many listen to Ctrl-C, beside those of the test runner. */
function listening(): number {
  return process.listenerCount('SIGINT') - before;
}
const before = process.listenerCount('SIGINT');

describe('listenForCancel', () => {
  it('leaves signals to the system while work is busy, and when it is disposed', () => {
    const cancellation = listenForCancel();
    onTestFinished(cancellation.dispose);
    expect(listening()).toBe(1);
    expect(cancellation.whileBusy(listening)).toBe(0);
    expect(listening()).toBe(1);
    expect(() =>
      cancellation.whileBusy(() => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect(listening()).toBe(1);
    cancellation.dispose();
    expect(listening()).toBe(0);
  });
});
