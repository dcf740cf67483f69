import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows, runTx, tempFolder } from '../support/tx.ts';

describe('a fresh project', () => {
  it('runs at once: seeds that were never loaded are loaded before the models that read them', async () => {
    const folder = tempFolder();
    await runTx(['init', 'fresh'], { cwd: folder });
    const root = join(folder, 'fresh');
    const first = await runTx(['run'], { cwd: root });
    expect(first.stderr).toContain('6 models, 3 seeds');
    expect(first.code).toBe(0);
    expect(await readRows(join(root, 'warehouse.duckdb'), 'select count(*) from bikes')).not.toEqual([['0']]);
    const second = await runTx(['run'], { cwd: root });
    expect(second.stderr).toContain('6 models ·');
    expect(second.code).toBe(0);
  });
});
