import { describe, expect, it } from 'vitest';
import { percentage, portNumber, positiveInteger } from './options.ts';

describe('numbers of flags', () => {
  it.each(['1e2', '0x10', '+5', '-1', '50.5', '1_0', '50 %', '', ' ', 'NaN', 'Infinity', '9'.repeat(400)])('are no `%s`', (text) => {
    for (const read of [percentage, portNumber, positiveInteger]) expect(() => read(text)).toThrow('must be a whole number');
  });

  it('are digits in their bounds', () => {
    expect([percentage('0'), percentage('100'), percentage(' 80 ')]).toEqual([0, 100, 80]);
    expect(() => percentage('101')).toThrow('must be a whole number from 0 to 100');
    expect(portNumber('65535')).toBe(65_535);
    expect(() => positiveInteger('0')).toThrow('must be a whole number from 1 to 1024');
    expect(positiveInteger('1024')).toBe(1024);
  });
});
