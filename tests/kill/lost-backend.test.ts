/** A run whose connections the server ends, or whose server crashes, comes to what an undisturbed run comes to. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { Connection, Session } from '../../src/adapter/connection.ts';
import { adapter as postgres } from '../../src/adapters/postgres/adapter.ts';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { startEmbeddedServer } from '../support/embedded-server.ts';
import { runBuild } from './drive.ts';
import { findOperation } from './operations.ts';
import type { KillOperation } from './operations.ts';
import { everything } from './size.ts';
import { takeSnapshot } from './snapshot.ts';
import { execute, openServerYard } from './yard.ts';

const database = useTestDatabase();

type Disturb = () => Promise<void>;

/** The adapter, with something that happens right before the `at`-th call of its connections. */
function disturbedAt(at: number, disturb: Disturb): { readonly adapter: Adapter; readonly calls: () => number } {
  let calls = 0;
  const pass = async <T>(action: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls === at) await disturb();
    return action();
  };
  const wrap = (connection: Connection): Connection => ({
    run: (...statements) => pass(() => connection.run(...statements)),
    query: (statement, limit) => pass(() => connection.query(statement, limit)),
    queryEach: (...statements) => pass(() => connection.queryEach(...statements)),
    begin: (options) => pass(() => connection.begin(options)),
    commit: (...last) => pass(() => connection.commit(...last)),
    rollback: () => connection.rollback(),
    load: (bulk) => pass(() => connection.load(bulk)),
    interrupt: () => connection.interrupt(),
    close: () => connection.close(),
  });
  const wrapSession = (session: Session): Session => ({ ...session, connect: async () => wrap(await session.connect()) });
  return { adapter: { ...postgres, open: async (options) => wrapSession(await postgres.open(options)) }, calls: () => calls };
}

const endOthers = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;

async function layBase(operation: KillOperation, base: string): Promise<void> {
  await execute(postgres, base, operation.given ?? []);
  for (const [index, spec] of operation.history.entries())
    await runBuild(spec, { database: base, runId: `h${index}`, order: index + 1, adapter: postgres });
}

/** The rows of all relations, without the memory of who built them. */
async function contents(url: string): Promise<unknown> {
  const { contents: found, orphans } = await takeSnapshot(postgres, url);
  return { found: [...found].sort(), orphans };
}

describe('a run whose connections are ended by the server', () => {
  it.each(['table rebuild', 'incremental merge', 'seed reload'])('does its work again: %s', async (name) => {
    const operation = findOperation(name, 'postgres');
    const yard = openServerYard(database.url());
    onTestFinished(() => yard.close());
    const base = await yard.create();
    await layBase(operation, base);
    const quiet = disturbedAt(-1, () => Promise.resolve());
    const undisturbed = await yard.copy(base);
    await runBuild(operation.run, { database: undisturbed, runId: 'run', order: 50, adapter: quiet.adapter });
    const wanted = await contents(undisturbed);
    // The first calls read the catalog, before there is a run.
    for (let at = 3; at <= quiet.calls(); at += everything ? 1 : 2) {
      const place = await yard.copy(base);
      const { adapter } = disturbedAt(at, () => execute(postgres, place, [endOthers]));
      const { status } = await runBuild(operation.run, { database: place, runId: 'run', order: 50, adapter, replans: true });
      expect(status, `call ${at}`).toBe('success');
      expect(await contents(place), `call ${at}`).toEqual(wanted);
      await yard.remove(place);
    }
  });
});

describe.skipIf(!everything)(`a run whose server crashes and starts again${everything ? '' : ' (with `npm run test:kill`)'}`, () => {
  it('does its work again', async () => {
    const server = await startEmbeddedServer();
    onTestFinished(() => server.stop());
    const yard = openServerYard(server.url);
    const operation = findOperation('chain of four models', 'postgres');
    const base = await yard.create();
    await layBase(operation, base);
    const quiet = disturbedAt(-1, () => Promise.resolve());
    const undisturbed = await yard.copy(base);
    await runBuild(operation.run, { database: undisturbed, runId: 'run', order: 50, adapter: quiet.adapter });
    const wanted = await contents(undisturbed);
    for (let at = 3; at <= quiet.calls(); at += 3) {
      const place = await yard.copy(base);
      const { adapter } = disturbedAt(at, () => server.restart('crash'));
      const { status } = await runBuild(operation.run, { database: place, runId: 'run', order: 50, adapter, replans: true });
      expect(status, `call ${at}`).toBe('success');
      expect(await contents(place), `call ${at}`).toEqual(wanted);
    }
  }, 600_000);
});
