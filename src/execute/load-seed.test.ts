/** A seed file that changes while it is loaded is told of as that, whoever notices first. */
import { describe, expect, it } from 'vitest';
import type { BulkLoad } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import { SeedChanged } from '../parse/seed/seed-rows.ts';
import type { StepContext } from './attempt.ts';
import { loadSeed } from './load-seed.ts';
import { StepFailure } from './step-failure.ts';

const refused = new EngineError({ kind: 'conversion', message: 'missing data for column "b"', redacted: 'missing data', retry: 'never' });

/** Loads a seed of two rows whose bytes are these, into an engine that acts like this. */
function load(chunks: () => Iterable<Uint8Array>, act: (bulk: BulkLoad) => number, changed: boolean): Promise<number> {
  const context = {
    ports: {
      adapter: { dialect: { typeName: () => 'text' } },
      seedContent: () => ({ rows: [], rowCount: 2, text: { delimiter: ',', withoutEmpty: [], chunks } }),
      verifySeed: (path: string) => {
        if (changed) throw new SeedChanged(path);
      },
    },
    connection: { load: (bulk: BulkLoad) => new Promise<number>((resolve) => resolve(act(bulk))) },
  };
  // All that a load asks of its context.
  return loadSeed(context as unknown as StepContext, {
    kind: 'load-seed',
    path: 'seeds/s.csv',
    stage: { schema: 's', name: 't' },
    columns: ['a', 'b'],
  });
}

const drain = ({ text }: BulkLoad): number => [...(text?.chunks() ?? [])].length;

describe('a load of the bytes of a seed', () => {
  it('gives the number of rows that the engine found', async () => {
    await expect(load(() => [new Uint8Array(1), new Uint8Array(1)], drain, false)).resolves.toBe(2);
  });
  it('is refused when the end of the file shows that it has changed', async () => {
    const chunks = function* (): Generator<Uint8Array> {
      yield new Uint8Array(1);
      throw new SeedChanged('seeds/s.csv');
    };
    const failure: unknown = await load(chunks, drain, true).catch((cause: unknown) => cause);
    expect(failure).toBeInstanceOf(StepFailure);
    expect(failure).toMatchObject({ diagnostics: [{ code: 'seed-changed' }] });
  });
  it('is refused as changed when the engine stumbles over it first, and fails as the engine does when nothing has changed', async () => {
    const stumble = (): never => {
      throw refused;
    };
    await expect(load(() => [], stumble, true)).rejects.toMatchObject({ diagnostics: [{ code: 'seed-changed' }] });
    await expect(load(() => [], stumble, false)).rejects.toBe(refused);
  });
  it('is a bug where the engine finds another number of rows than the file has', async () => {
    await expect(load(() => [new Uint8Array(1)], drain, false)).rejects.toThrow('seeds/s.csv has 2 rows, and the engine found 1');
  });
});
