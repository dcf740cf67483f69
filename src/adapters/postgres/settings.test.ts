import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { checkSettings, readSettings } from './settings.ts';

const keysOf = (settings: Readonly<Record<string, unknown>>): readonly string[] => checkSettings(settings).map((problem) => problem.key);

describe('checkSettings', () => {
  it('accepts a URL, fields, and nothing at all', () => {
    expect(checkSettings({})).toEqual([]);
    expect(checkSettings({ url: 'postgres://u:p@h:5433/d?sslmode=require&connect_timeout=5&options=-c%20work_mem%3D1MB' })).toEqual([]);
    expect(checkSettings({ url: 'postgresql:///d?host=/var/run/postgresql' })).toEqual([]);
    expect(checkSettings({ url: 'postgres://u@h/d', password: 'p', role: 'r', search_path: ['a', 'b'] })).toEqual([]);
    expect(
      checkSettings({
        host: 'h',
        port: '5432',
        user: 'u',
        password: 'p',
        database: 'd',
        sslmode: 'verify-full',
        statement_timeout: '30min',
      }),
    ).toEqual([]);
  });
  it('names each key that is wrong', () => {
    expect(
      keysOf({ host: '', port: 0, user: 5, password: 'a\0', sslmode: 'on', connect_timeout: '1s', statement_timeout: 'long' }),
    ).toEqual(['host', 'user', 'password', 'port', 'sslmode', 'connect_timeout', 'statement_timeout']);
    expect(keysOf({ search_path: [] })).toEqual(['search_path']);
    expect(keysOf({ port: 'x' })).toEqual(['port']);
    expect(keysOf({ port: 65536 })).toEqual(['port']);
  });
  it('refuses to be told a thing twice', () => {
    expect(keysOf({ url: 'postgres://u:p@h/d', host: 'h', database: 'd', password: 'q' })).toEqual(['host', 'database', 'password']);
  });
  it('says what is wrong with a URL and never repeats it', () => {
    for (const url of [
      'mysql://u:s3cret@h/d',
      'host=h password=s3cret',
      'postgres://u:s3cret#x@h/d',
      'postgres://u:s3cret%zz@h/d',
      'postgres://u:s3cret@h:99999/d',
      'postgres://u:s3cret@h,i/d',
      'postgres://u:s3cret@h/d?sslmode=yes',
      'postgres://u:s3cret@h/d?connect_timeout=soon',
      'postgres://u:s3cret@h/d?channel_binding=yes',
    ]) {
      const problems = checkSettings({ url });
      expect(
        problems.map((problem) => problem.key),
        url,
      ).toEqual(['url']);
      expect(problems[0]?.message).not.toContain('s3cret');
    }
    expect(checkSettings({ url: 'postgres://h/d?application_name=x' })[0]?.message).toContain('`application_name`');
    expect(keysOf({ url: 5 })).toEqual(['url']);
  });
});

describe('readSettings', () => {
  it('takes a URL apart', () => {
    const url = 'postgres://u%40x:p%2F%3F@db.example.com:5433/my%20db?sslmode=verify-full&sslrootcert=ca.pem&channel_binding=require';
    expect(readSettings({ url }, {})).toMatchObject({
      host: 'db.example.com',
      port: 5433,
      user: 'u@x',
      password: 'p/?',
      database: 'my db',
      sslMode: 'verify-full',
      sslRootCert: 'ca.pem',
      channelBinding: true,
    });
    expect(readSettings({ url: 'postgres://[::1]:5433/d' }, {})).toMatchObject({ host: '::1', port: 5433 });
    expect(readSettings({ url: 'postgres:///d?host=/run/pg&user=u&password=p&port=6000' }, {})).toMatchObject({
      host: '/run/pg',
      port: 6000,
      user: 'u',
      password: 'p',
      database: 'd',
    });
    expect(readSettings({ url: 'postgres://h?dbname=d' }, {}).database).toBe('d');
  });
  it('asks the target, then its URL, then the environment, then defaults', () => {
    const env = {
      PGHOST: 'env-host',
      PGPORT: '6543',
      PGUSER: 'env-user',
      PGPASSWORD: 'env-password',
      PGDATABASE: 'env-db',
      PGSSLMODE: 'require',
      PGCONNECT_TIMEOUT: '3',
    };
    expect(readSettings({}, env)).toMatchObject({
      host: 'env-host',
      port: 6543,
      user: 'env-user',
      password: 'env-password',
      database: 'env-db',
      sslMode: 'require',
      connectTimeoutMs: 3000,
    });
    expect(readSettings({ url: 'postgres://url-user@/url-db' }, env)).toMatchObject({
      host: 'env-host',
      user: 'url-user',
      database: 'url-db',
    });
    expect(readSettings({ host: 'own', port: 1, sslmode: 'disable' }, env)).toMatchObject({ host: 'own', port: 1, sslMode: 'disable' });
    const name = userInfo().username;
    expect(readSettings({}, { PGHOST: '' })).toMatchObject({
      host: 'localhost',
      port: 5432,
      user: name,
      password: undefined,
      database: name,
      sslMode: 'prefer',
      connectTimeoutMs: 10_000,
    });
    expect(readSettings({ user: 'only' }, {}).database).toBe('only');
  });
  it('quotes the entries of a list of schemas', () => {
    expect(readSettings({ search_path: ['a', 'b"c'] }, {}).searchPath).toBe('"a", "b""c"');
    expect(readSettings({ search_path: '"$user", public' }, {}).searchPath).toBe('"$user", public');
  });
});

describe('variables of the environment', () => {
  it.each([
    ['PGPORT', '70000'],
    ['PGPORT', '5432x'],
    ['PGPORT', '0'],
    ['PGSSLMODE', 'bogus'],
    ['PGCONNECT_TIMEOUT', 'abc'],
  ])('%s=%s is an error that names it and what it holds', (name, value) => {
    expect(() => readSettings({}, { [name]: value })).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({
          kind: 'connection',
          message: expect.stringContaining(name),
          hint: expect.stringContaining(value),
        }),
      }),
    );
    // What the target says itself goes before.
    expect(readSettings({ port: 5433, sslmode: 'require', connect_timeout: 5 }, { [name]: value })).toMatchObject({
      port: 5433,
      sslMode: 'require',
    });
  });

  it('a time to connect that is not above 0 is no limit', () => {
    expect(readSettings({}, { PGCONNECT_TIMEOUT: '-1' }).connectTimeoutMs).toBe(0);
    expect(readSettings({}, { PGCONNECT_TIMEOUT: '7' }).connectTimeoutMs).toBe(7000);
  });
});
