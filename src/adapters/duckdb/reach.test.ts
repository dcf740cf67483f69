import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryProject } from './open-test-session.ts';
import { reach } from './reach.ts';

const target = (path: string) => ({ name: 'dev', type: 'duckdb', schema: 'main', threads: 1, settings: { path } });

describe('reach', () => {
  it('knows its own file by every path to it', () => {
    const root = temporaryProject();
    writeFileSync(join(root, 'a.duckdb'), '');
    symlinkSync(join(root, 'a.duckdb'), join(root, 'link.duckdb'));
    for (const path of ['./a.duckdb', 'link.duckdb', join(root, 'a.duckdb')])
      expect(reach(target('a.duckdb'), target(path), root)?.isSame).toBe(true);
  });

  it('attaches another file for reading, and cannot do that with a database in memory', () => {
    const root = temporaryProject();
    const other = reach(target('a.duckdb'), target(`it's "b".duckdb`), root);
    expect(other?.open.map(({ sql }) => sql)).toEqual([
      expect.stringMatching(/^attach '.*\/it''s "b"\.duckdb' as "_tx_other" \(type duckdb, read_only\)$/),
    ]);
    expect(other?.relation({ schema: 's', name: 't' })).toBe('"_tx_other"."s"."t"');
    expect(reach(target('a.duckdb'), target(':memory:'), root)).toBeUndefined();
    expect(reach(target(':memory:'), target('b.duckdb'), root)?.isSame).toBe(false);
  });
});
