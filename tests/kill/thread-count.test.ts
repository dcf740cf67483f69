import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapter } from '../../src/adapters/duckdb/adapter.ts';
import { openFile, runIn } from './drive.ts';
import type { RunSpec } from './drive.ts';
import { columnCheck, sqlModel } from './fixture-nodes.ts';
import { everything } from './size.ts';
import { snapshotOf } from './snapshot.ts';

const kinds = ['table', 'view', 'merge', 'delete_insert', 'append'] as const;

interface Node {
  readonly kind: (typeof kinds)[number];
  /** Positions before its own, without repetition. */
  readonly parents: readonly number[];
}

/** Up to 30 models; `reach` are numbers that choose parents among those before. */
const dags = fc
  .array(fc.record({ kind: fc.constantFrom(...kinds), reach: fc.array(fc.nat(), { maxLength: 3 }) }), { minLength: 1, maxLength: 30 })
  .map((drafts) =>
    drafts.map(({ kind, reach }, at): Node => ({ kind, parents: at === 0 ? [] : [...new Set(reach.map((number) => number % at))] })),
  );

const keys = 8;

/** A row for each key, in which every model adds its number, the version, and what its parents have under that key. */
function specOf(nodes: readonly Node[], version: number): RunSpec {
  return {
    nodes: nodes.flatMap(({ kind, parents }, at) => {
      const union = [
        'select range as k, 0::hugeint as v from range(' + String(keys) + ')',
        ...parents.map((parent) => `select k, v from main.m${parent}`),
      ].join(' union all ');
      const sql = `select k::bigint as k, (sum(v) + ${at} + ${version})::hugeint as v from (${union}) as all_parents group by k`;
      const reads = parents.map((parent) => `m${parent}`);
      const name = `m${at}`;
      if (kind === 'table' || kind === 'view')
        return [sqlModel(name, sql, { materialized: kind, reads }), columnCheck('unique', name, 'k')];
      if (kind === 'append') {
        return [
          sqlModel(name, sql, {
            materialized: 'incremental',
            incrementalStrategy: 'append',
            incremental: `select * from (${sql}) as new_rows where k > (select max(k) from main.${name})`,
            reads,
          }),
        ];
      }
      return [sqlModel(name, sql, { materialized: 'incremental', incrementalStrategy: kind, uniqueKey: ['k'], incremental: sql, reads })];
    }),
  };
}

/** What the models hold after runs of versions 1 and 2, by arithmetic: every key has the same value. */
function expected(nodes: readonly Node[]): readonly bigint[] {
  const after = (version: bigint, earlier: readonly bigint[] | undefined): readonly bigint[] => {
    const values: bigint[] = [];
    nodes.forEach(({ kind, parents }, at) => {
      const fresh = parents.reduce((sum, parent) => sum + (values[parent] ?? 0n), 0n) + BigInt(at) + version;
      // Appending finds no new key the second time.
      values.push(kind === 'append' ? (earlier?.[at] ?? fresh) : fresh);
    });
    return values;
  };
  return after(2n, after(1n, undefined));
}

interface Outcome {
  readonly tables: readonly (readonly [string, string])[];
  readonly values: readonly bigint[];
  readonly builds: number;
}

async function build(nodes: readonly Node[], threads: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'tx-threads-'));
  const session = await openFile(adapter, join(folder, 'w.duckdb'));
  try {
    for (const version of [1, 2]) {
      const { status, results } = await runIn(session, adapter, specOf(nodes, version), {
        runId: `run-${version}`,
        order: version,
        threads,
      });
      expect(status, JSON.stringify(results.filter((result) => result.diagnostics.length > 0))).toBe('success');
    }
    const snapshot = await snapshotOf(session);
    const connection = await session.connect();
    const values: bigint[] = [];
    for (const at of nodes.keys()) {
      const { rows } = await connection.query({
        sql: `select count(*), count(distinct k), min(v)::varchar, max(v)::varchar from main.m${at}`,
      });
      const [count, distinct, least, greatest] = rows[0] ?? [];
      expect([count, distinct, least]).toEqual([keys, keys, greatest]);
      values.push(BigInt(String(least)));
    }
    expect(snapshot.orphans).toEqual([]);
    return { tables: [...snapshot.contents], values, builds: snapshot.nodeRuns.filter((row) => row.status === 'success').length };
  } finally {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('a build on any number of threads', () => {
  it('makes the same tables', async () => {
    await fc.assert(
      fc.asyncProperty(dags, async (nodes) => {
        const single = await build(nodes, 1);
        expect(single.values).toEqual(expected(nodes));
        for (const threads of [2, 4]) expect(await build(nodes, threads)).toEqual(single);
        expect(single.builds).toBe(nodes.length * 2);
      }),
      { numRuns: everything ? 100 : 5 },
    );
  }, 600_000);
});
