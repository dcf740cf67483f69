import { expect, it } from 'vitest';
import { failureOf, openTestSession, rowsOf } from './open-test-session.ts';
import { checkSettings } from './settings.ts';

const problems = (settings: Readonly<Record<string, unknown>>): readonly string[] =>
  checkSettings({ path: 'w.db', ...settings }).map(({ key, message }) => `${key} ${message}`);

it('names what is wrong with its settings', () => {
  expect(checkSettings({ path: 'w.db', memory_limit: '1.5 GiB', read_only: true })).toEqual([]);
  expect(checkSettings({}).map((problem) => problem.key)).toEqual(['path']);
  expect(checkSettings({ path: ' ', memory_limit: 4, read_only: 'yes' }).map((problem) => problem.key)).toEqual([
    'path',
    'memory_limit',
    'read_only',
  ]);
  expect(checkSettings({ path: 'x', memory_limit: 'lots' }).map((problem) => problem.key)).toEqual(['memory_limit']);
});

it('takes paths of this machine only', () => {
  for (const path of [':memory:', 'w.db', '/data/w.db', 'C:\\data\\w.db', './md:w', 'a b/~w.db', 'x/s3://y'])
    expect(problems({ path })).toEqual([]);
  expect(problems({ path: 'md:shop' })).toEqual([
    'path names a place that is no file of this machine, `md:`; a file of such a name is written `./md:…`',
  ]);
  for (const path of ['s3://bucket/w.db', 'https://x/w.db', 'file:w.db', '~/w.db', '~', ':memory:shop'])
    expect(problems({ path })).toHaveLength(1);
});

it('names what is wrong under `settings`', () => {
  const settings = {
    timezone: 'Asia/Tokyo',
    default_null_order: 'nulls_first',
    checkpoint_threshold: '1GB',
    x: 1,
    y: { yamlNumber: 1.1, text: '1.10' },
  };
  expect(problems({ settings })).toEqual([]);
  expect(problems({ settings: ['timezone'] })).toEqual(['settings must be a mapping of names to values']);
  expect(
    problems({
      settings: {
        "a = 1; attach 'x": 1,
        Search_Path: 'x',
        max_memory: '1GB',
        threads: 1,
        a: [1],
        b: null,
        timezone: 'UTC',
        TimeZone: 'UTC',
      },
    }),
  ).toEqual([
    'settings holds a name that no setting has: "a = 1; attach \'x"',
    'settings cannot hold `Search_Path`, on which `tx` builds',
    'settings cannot hold `max_memory`: write `memory_limit` beside `settings`',
    'settings cannot hold `threads`: write `threads` beside `settings`',
    'settings must give `a` a text, a number, `true` or `false`',
    'settings must give `b` a text, a number, `true` or `false`',
    'settings names `timezone` twice',
  ]);
});

it('puts `settings` in force on every connection', async () => {
  const session = await openTestSession({
    path: 'w.db',
    settings: { timezone: 'Asia/Tokyo', old_implicit_casting: true, default_order: 'desc', http_proxy_username: "o'neil" },
  });
  for (const connection of [await session.connect(), await session.connect()]) {
    expect(
      await rowsOf(connection, `select current_setting('TimeZone'), substring(123, 1, 1), current_setting('http_proxy_username')`),
    ).toEqual([['Asia/Tokyo', '1', "o'neil"]]);
  }
});

it('says which setting the engine does not know', async () => {
  expect((await failureOf(openTestSession({ path: 'w.db', settings: { timezon: 'UTC' } }))).message).toMatch(/unrecognized.*"timezon"/);
});
