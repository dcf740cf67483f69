/** Verdicts are recorded many at once, and one that cannot be recorded takes none of the others along. */
import { describe, expect, it } from 'vitest';
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import { dialect } from '../adapters/duckdb/dialect.ts';
import type { CheckRecord } from '../state/state-writer.ts';
import { createStateWriter } from '../state/state-writer.ts';
import { createVerdictLog } from './verdict-log.ts';

const check = (node: string): CheckRecord => ({ runId: 'r', node, testedNode: 'm', status: 'pass', failures: 0, total: null });

/** Keeps what it is sent; refuses what holds `bad`. */
function createConnection(bad?: string): { readonly connection: Connection; readonly sent: string[]; readonly tried: () => number } {
  const sent: string[] = [];
  let tried = 0;
  const run: Connection['run'] = (...statements) => {
    tried += 1;
    const sql = statements.map((statement) => statement.sql).join(';\n');
    if (bad !== undefined && sql.includes(bad))
      return Promise.reject(new EngineError({ kind: 'other', message: 'no', redacted: 'no', retry: 'never' }));
    sent.push(sql);
    return Promise.resolve(1);
  };
  // Nothing else of a connection is asked for.
  return { connection: { run } as unknown as Connection, sent, tried: () => tried };
}

const idsIn = (sent: readonly string[]): readonly string[][] =>
  sent.map((sql) => [...sql.matchAll(/"node_id":"(\w+)"/g)].map(([, id = '']) => id));

describe('the log of verdicts', () => {
  const add = async (log: ReturnType<typeof createVerdictLog>, connection: Connection, ...nodes: readonly string[]): Promise<void> =>
    log.add(connection, { at: '2024-01-01T00:00:00Z', checks: nodes.map(check), failures: [], grown: { rows: [], points: nodes } });

  it('records what is collected when it is much, and the rest at the end, each once', async () => {
    const log = createVerdictLog(createStateWriter('_tx', dialect));
    const { connection, sent } = createConnection();
    const nodes = Array.from({ length: 450 }, (_, at) => `t${at}`);
    for (const node of nodes) await add(log, connection, node);
    expect(sent).toHaveLength(2);
    await log.flush(connection);
    await log.flush(connection);
    expect(sent).toHaveLength(3);
    expect(idsIn(sent).flat()).toEqual(nodes);
    // What is kept too long goes with it.
    expect(sent[2]?.match(/delete from/g)).toHaveLength(50);
  });

  it('records the others where one cannot be recorded', async () => {
    const log = createVerdictLog(createStateWriter('_tx', dialect));
    const { connection, sent, tried } = createConnection('"worst"');
    await add(log, connection, 'a', 'b');
    await add(log, connection, 'worst', 'c');
    await add(log, connection, 'd');
    await log.flush(connection);
    expect(idsIn(sent)).toEqual([['a', 'b'], ['d']]);
    expect(tried()).toBe(4);
    await log.flush(connection);
    expect(tried()).toBe(4);
  });
});
