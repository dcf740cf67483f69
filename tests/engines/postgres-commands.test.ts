/** The command line on a PostgreSQL server: how it is found, what is said where it is not, and who waits for whom. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { openTestSession, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { tempFolder, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { runTx } from '../support/tx.ts';

const database = useTestDatabase();

beforeEach((context) => {
  if (!database.embedded()) context.skip('accounts are made on a server of our own only');
});

const project = (target: Readonly<Record<string, unknown>>, models: Readonly<Record<string, string>> = {}): Promise<TempProject> =>
  tempProject({
    'project.yaml': `name: shop\ntargets:\n  dev: ${JSON.stringify({ type: 'postgres', schema: 'shop', threads: 1, ...target })}\n`,
    'models/m.sql': '{{config materialized="table"}}select 1 as id',
    ...models,
  });

const parts = () => new URL(database.url());

describe('tx debug', () => {
  it('finds the server by a URL, by fields and by variables, and shows no password', async () => {
    const { hostname, port, pathname } = parts();
    const session = await openTestSession({ url: database.url() });
    await (
      await session.connect()
    ).run({
      sql: `do $$ begin if not exists (select from pg_roles where rolname = 'tx_password') then create role tx_password; end if; end $$; alter role tx_password login password 's3cr3t-word'; grant create on database ${parts().pathname.slice(1)} to tx_password`,
      script: true,
    });
    const targets = [
      { url: `postgres://tx_password:s3cr3t-word@${hostname}:${port}${pathname}` },
      { host: hostname, port: Number(port), user: 'tx_password', password: 's3cr3t-word', database: pathname.slice(1), sslmode: 'require' },
      {},
    ];
    const env = { PGHOST: hostname, PGPORT: port, PGUSER: 'tx_password', PGPASSWORD: 's3cr3t-word', PGDATABASE: pathname.slice(1) };
    for (const target of targets) {
      const { code, stdout, stderr } = await (await project(target)).run(['debug'], Object.keys(target).length === 0 ? { env } : {});
      expect(code, stderr).toBe(0);
      expect(stdout).toContain(`connection:   ok: ${pathname.slice(1)} on ${hostname}:${port}, postgres 1`);
      expect(stdout).toMatch(/user: +tx_password\nencryption: +TLSv1/);
      expect(stdout + stderr).not.toContain('s3cr3t');
    }
    const shown = await (await project({}, { 'models/m.sql': `select 's3cr3t-word' as w from nowhere` })).run(['build'], { env });
    expect(shown.stdout + shown.stderr).toContain('nowhere');
    expect(shown.stdout + shown.stderr).not.toContain('s3cr3t');
  });

  it.each([
    ['a wrong password', { user: 'tx_password', password: 'not-this-one' }, /the password for the user\s+`tx_password`\s+is\s+wrong/, 1],
    ['a user that is not there', { user: 'tx_nobody' }, /role "tx_nobody" does not exist/, 1],
    [
      'a database that is not there',
      { database: 'tx_nothing' },
      /the database `tx_nothing`\s+does\s+not\s+exist[^]*tx makes schemas, not databases/,
      1,
    ],
    ['a port that nobody listens on', { port: 1 }, /nothing\s+answers\s+at\s+127\.0\.0\.1:1[^]*check `host` and `port`/, 1],
    ['a host that is not there', { host: 'tx.invalid' }, /the host `tx\.invalid` cannot be\s+found/, 1],
    ['a certificate that nobody trusts', { sslmode: 'verify-full', host: 'localhost' }, /certificate/, 1],
  ] as const)('says what to look at: %s', async (_, wrong, said, exit) => {
    const { hostname, port, pathname } = parts();
    const target = { host: hostname, port: Number(port), user: 'postgres', database: pathname.slice(1), ...wrong };
    const { code, stdout, stderr } = await (await project(target)).run(['debug']);
    expect(stdout + stderr).toMatch(said);
    expect(code).toBe(exit);
  });

  it('a user without rights is told which are wanted', async () => {
    const { hostname, port, pathname } = parts();
    const session = await openTestSession({ url: database.url() });
    const make = `do $$ begin if not exists (select from pg_roles where rolname = 'tx_nothing') then create role tx_nothing login; end if; end $$`;
    await (await session.connect()).run({ sql: make, script: true });
    await session.close();
    const { code, stderr } = await (
      await project({ host: hostname, port: Number(port), user: 'tx_nothing', database: pathname.slice(1) })
    ).run(['build']);
    expect(stderr).toMatch(
      /database-error\s+project\.yaml:3:3[^]*permission denied for database[^]*help {2}give the user of the target `create` on the\s+database/,
    );
    expect(code).toBe(1);
  });

  it('a server that does not answer is worth another try', async () => {
    expect((await (await project({ host: '127.0.0.1', port: 1, user: 'x' })).run(['build'])).code).toBe(75);
  });
});

describe('values that go wrong', () => {
  it('are told on the line that divides or converts, though the server tells no place', async () => {
    const { code, stderr } = await (
      await project(
        { url: database.url() },
        {
          'models/m.sql': '{{config materialized="table"}}\nselect\n  1 / (i - 5) as a\nfrom generate_series(1, 9) as t(i)',
          'models/n.sql': `{{config materialized="table"}}\nselect cast(chr(92 + i) as int) as a, chr(48 + i)::int as b\nfrom generate_series(1, 9) as t(i)`,
        },
      )
    ).run(['build']);
    expect(stderr).toMatch(/conversion-failed\s+models\/m\.sql:3:5[^]*help {2}write `nullif\(divisor, 0\)`/);
    expect(stderr).toMatch(
      /conversion-failed\s+models\/n\.sql\n[^]*the error may come from this conversion\s+models\/n\.sql:2:8[^]*n\.sql:2:50/,
    );
    expect(code).toBe(1);
  });
});

describe('runs at the same time', () => {
  it('one names the other that it waits for, and gives up in time', async () => {
    const gated = await project(
      { url: database.url() },
      { 'models/m.sql': '{{config materialized="table"}}select 1 as id, pg_advisory_xact_lock_shared({{var "gate"}})::text as passed' },
    );
    const open = ['build', '--force', '--vars', '{gate: 1}'];
    expect((await gated.run(open)).code).toBe(0);
    const session = await openTestSession({ url: database.url() });
    const [keeper, watcher] = [await session.connect(), await session.connect()];
    // However slow the machine is, the first run ends when it is let go, and not before.
    await keeper.begin();
    await keeper.query({ sql: 'select pg_advisory_xact_lock(2)' });
    const first = gated.run(['build', '--force', '--vars', '{gate: 2}']);
    const atGate = async (): Promise<boolean> => {
      const { rows } = await watcher.query({
        sql: `select from pg_stat_activity where application_name = 'tx:model.shop.m' and wait_event = 'advisory' and query like '%lock_shared(2)%'`,
      });
      return rows.length > 0;
    };
    for (let at = 0; at < 400 && !(await atGate()); at += 1) await sleep(50);
    expect(await atGate()).toBe(true);
    const second = await gated.run([...open, '--lock-timeout', '1']);
    expect(second.stderr).toMatch(/m {2}waits for shop\.m, which tx:model\.shop\.m holds \(process \d+\)/);
    expect(second.stderr).toContain('lock-timeout');
    expect(second.code).toBe(75);
    const third = gated.run(open);
    await keeper.rollback();
    expect([(await first).code, (await third).code]).toEqual([0, 0]);
  });
});

describe('tx init --engine postgres', () => {
  it('writes a project that builds once .env names a server', async () => {
    const folder = tempFolder();
    const made = await runTx(['init', 'bikes', '--engine', 'postgres'], { cwd: folder });
    expect(made.stderr).toContain('a PostgreSQL target');
    const root = `${folder}/bikes`;
    const { readFileSync, writeFileSync } = await import('node:fs');
    const example = readFileSync(`${root}/.env.example`, 'utf8');
    expect(readFileSync(`${root}/compose.yaml`, 'utf8')).toContain('POSTGRES_PASSWORD: only-on-this-machine');
    expect(readFileSync(`${root}/README.md`, 'utf8')).not.toMatch(/__|DuckDB/);
    writeFileSync(`${root}/.env`, example.replace(/^DATABASE_URL=.*$/m, `DATABASE_URL=${database.url()}`));
    const built = await runTx(['build'], { cwd: root });
    expect(built.code, built.stderr).toBe(0);
    expect((await runTx(['build'], { cwd: root })).code).toBe(0);
  });
});
