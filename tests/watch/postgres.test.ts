/** Watching a project on a server: what changed is typed by the server before anything runs, and nothing of it stays there. */
import { beforeAll, describe, expect, it } from 'vitest';
import { adapter } from '../../src/adapters/postgres/adapter.ts';
import { openTestSession, rowsOf, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { runTx } from '../support/tx.ts';
import { shop } from '../cli/shop.ts';
import type { Shop } from '../cli/shop.ts';
import { startLog } from './log.ts';

const database = useTestDatabase();

beforeAll(async () => {
  await runTx(['--version'], { cwd: '.' });
});

const target = (url: string, schema = 'watched'): string =>
  `name: shop\ntargets:\n  dev: ${JSON.stringify({ type: adapter.dialect.engine, url, schema, threads: 1 })}\n`;

async function serverShop(files: Readonly<Record<string, string>> = {}): Promise<Shop> {
  return shop({ 'project.yaml': target(database.url()), ...files });
}

const rows = async (sql: string) => rowsOf(await (await openTestSession({ url: database.url() })).connect(), sql);

/** Transactions that wait for their client. */
const open = `select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'`;

describe('watching on a server', () => {
  it('types what was saved and what reads it before anything runs, and runs what is sound', async () => {
    const project = await serverShop();
    const log = startLog(project.root, ['build', '--watch']);
    await log.next('watch_waiting');
    await log.ever('watch_listening');
    // Its child takes a column that is gone.
    project.write('models/staging/stg.sql', 'select id, amount as value from {{ref "raw"}}\n');
    expect(await log.next('diagnostic')).toMatchObject({ code: 'unknown-column', path: 'models/marts/total.sql' });
    expect(await log.next('change_checked')).toMatchObject({ nodes: ['stg', 'total'], problems: 1 });
    await log.next('run_finished');
    await log.next('watch_waiting');
    // Itself, with a type that does not fit.
    project.write('models/staging/stg.sql', 'select id, amount + true as amount from {{ref "raw"}}\n');
    expect(await log.next('diagnostic')).toMatchObject({ path: 'models/staging/stg.sql', line: 1 });
    expect(await log.next('change_checked')).toMatchObject({ problems: 1 });
    expect(await log.next('watch_waiting')).toMatchObject({ message: expect.stringContaining('before its problems are solved') as string });
    project.write('models/staging/stg.sql', 'select id, amount + 1 as amount from {{ref "raw"}}\n');
    expect(await log.next('change_checked')).toMatchObject({ problems: 0 });
    await log.next('run_finished');
    await log.next('watch_waiting');
    expect(await rows('select sum(amount) from watched.stg')).toEqual([[63]]);
    // Between runs nothing is open there.
    await expect.poll(() => rows(open)).toEqual([[0]]);
    log.kill('SIGTERM');
    expect(await log.ended).toBe(143);
  });

  it('goes on without types where the server does not answer', async () => {
    const project = await shop({ 'project.yaml': target('postgres://127.0.0.1:1/none') });
    const log = startLog(project.root, ['run', '--watch', '--wait', '0']);
    expect(await log.next('diagnostic')).toMatchObject({ level: 'error' });
    await log.ever('watch_listening');
    project.write('models/staging/stg.sql', 'select id, amount as value from {{ref "raw"}}\n');
    expect(await log.next('change_checked')).toMatchObject({ problems: 0 });
    await log.next('watch_waiting');
    log.kill('SIGTERM');
    expect(await log.ended).toBe(143);
  });
});
