import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { artifactKeys } from './artifact-words.ts';
import { maskJson } from './mask-json.ts';
import { createMask } from './mask.ts';

const masked = (value: unknown, ...secrets: readonly string[]): unknown => JSON.parse(maskJson(JSON.stringify(value), createMask(secrets)));

describe('secrets in JSON', () => {
  it('are hidden in texts and in keys that people chose', () => {
    expect(masked({ meta: { hunter22: 'is hunter22', a: ['x', { hunter22: 1 }] } }, 'hunter22')).toEqual({
      meta: { '***': 'is ***', a: ['x', { '***': 1 }] },
    });
  });

  it('that are words of every artifact leave its keys alone', () => {
    expect(masked({ name: 'my name', columns: { id: { name: 'id', description: 'columns' } } }, 'name', 'columns', 'id')).toEqual({
      name: 'my ***',
      columns: { id: { name: '***', description: '***' } },
    });
  });

  it('are found in every spelling that JSON gives them', () => {
    const secret = 'a"b\\c\nd€';
    expect(masked({ x: `say ${secret} twice ${secret}`, y: JSON.stringify({ z: secret }) }, secret)).toEqual({
      x: 'say *** twice ***',
      y: '{"z":"***"}',
    });
  });

  it('are found after a line end or a tab, however short they are', () => {
    expect(masked({ a: 'pin:\nabc', b: 'pin:\tp1', c: 'nabc' }, 'abc', 'p1')).toEqual({ a: 'pin:\n***', b: 'pin:\t***', c: 'nabc' });
    expect(masked({ a: 'pin:\nabc' }, 'abc')).toEqual({ a: 'pin:\n***' });
    expect(masked({ b: 'pin:\tp1' }, 'p1')).toEqual({ b: 'pin:\t***' });
  });

  it('leave JSON behind when they are numbers or words that JSON has', () => {
    expect(masked({ rows: 1234, many: 51_234, part: 0.1234, yes: true, none: null }, '1234', 'true', 'null', '":')).toEqual({
      rows: '***',
      many: 51_234,
      part: 0.1234,
      yes: true,
      none: null,
    });
  });

  it('are found in pieces of a text too, as the manifest is written', () => {
    const mask = createMask(['secret_1', 'nodes']);
    expect(['{"nodes":{', '"model.secret_1"', ':{"raw_code":"secret_1"}', '}}'].map((piece) => maskJson(piece, mask)).join('')).toBe(
      '{"nodes":{"model.***":{"raw_code":"***"}}}',
    );
  });
});

describe('the words of artifacts', () => {
  it('are keys in the schemas of dbt, or our own', () => {
    const folder = new URL('../../tests/schemas/dbt/', import.meta.url);
    const keys = new Set<string>();
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [name, inner] of Object.entries(value)) {
        if (name === 'properties' && typeof inner === 'object') for (const key of Object.keys(inner as object)) keys.add(key);
        walk(inner);
      }
    };
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.json')))
      walk(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
    const ours = ['TX_INPUT_HASH', 'TX_TARGET', 'TX_VERSION', 'edges', 'kinds', 'tx_version'];
    const ofProfiles = ['cat', 'displayTimeUnit', 'dur', 'ph', 'pid', 'tid', 'traceEvents', 'ts'];
    expect([...artifactKeys].filter((key) => !keys.has(key)).sort()).toEqual([...ours, ...ofProfiles].sort());
  });
});
