import { describe, expect, it } from 'vitest';
import { problems } from '../bad-inputs/bad-input.ts';
import { execute } from '../support/tx.ts';
import { shop } from './shop.ts';

describe('before anything runs', () => {
  it('everything that is wrong with columns is said, of all models at once, and nothing is built', async () => {
    const project = await shop({
      'models/a.sql': 'select idd from {{ref "stg"}}\n',
      'models/b.sql': 'select id from {{ref "stg"}} where id < date \'2024-01-01\'\n',
      'models/c.sql': 'select id from {{ref "b"}}\n',
      // The engine itself would stop at the first row.
      'models/d.sql': 'select amount from {{ref "stg"}} as s join (select date \'2024-01-01\' as day) as d on d.day = s.id\n',
    });
    for (const command of ['run', 'build', 'plan']) {
      const { code, stdout, stderr } = await project.tx([command]);
      expect(problems(stderr).map(([first]) => first)).toEqual([
        'error unknown-column  models/a.sql:1:8',
        'error type-mismatch  models/b.sql:1:39',
        'error type-mismatch  models/d.sql:1:94',
      ]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    }
    expect(await project.rows("select table_name from information_schema.tables where table_name <> 'raw'")).toEqual([]);
    // What needs none of them is built.
    expect((await project.tx(['build', '-s', '+total', '-q'])).stderr).toBe('');
  });

  it('columns of one name are told of once, and again when the query changes', async () => {
    const project = await shop({ 'models/twice.sql': 'select id, id from {{ref "stg"}}\n' });
    const first = await project.tx(['build']);
    expect(first.stderr).toContain('warning duplicate-column  models/twice.sql:1:12\n');
    expect(first.code).toBe(0);
    expect((await project.tx(['build', '-q'])).stderr).toBe('');
    project.write('models/twice.sql', 'select id, id, 1 from {{ref "stg"}}\n');
    const again = await project.tx(['run']);
    expect(again.stderr).toContain('warning duplicate-column');
    expect(again.stderr).toContain('warning unnamed-column');
    expect((await project.tx(['run', '-q'])).stderr).toBe('');
    expect((await project.tx(['run', '-q', '--full-refresh', '--no-analyze'])).stderr).toBe('');
  });

  it('a key that has changed is looked for in the query, though that has not', async () => {
    const growing = (key: string): string =>
      `{{config materialized="incremental" unique_key="${key}"}}\nselect id, amount from {{ref "stg"}}\n`;
    const project = await shop({ 'models/growing.sql': growing('id') });
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    project.write('models/growing.sql', growing('order'));
    const { code, stdout, stderr } = await project.tx(['build']);
    expect(problems(stderr).map(([first]) => first)).toEqual(['error key-column-missing  models/growing.sql:1:48']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('what reads a changed model is typed with it, whether its own text changed or not', async () => {
    const project = await shop({ 'models/below.sql': 'select id as n from {{ref "stg"}}\n' });
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    project.write('models/staging/stg.sql', 'select id as key, amount from {{ref "raw"}}\n');
    const { code, stderr } = await project.tx(['run', '-q', '-s', 'stg', 'below']);
    expect(stderr).toContain('error unknown-column  models/below.sql:1:8\n');
    expect(code).toBe(2);
    expect(await project.rows('select count(id) from stg')).toEqual([['3']]);
  });

  it('a parent that is not built along is taken as it stands, not as its file says', async () => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    project.write('models/staging/stg.sql', 'select id as key, amount from {{ref "raw"}}\n');
    project.write('models/below.sql', 'select id as n from {{ref "stg"}}\n');
    expect((await project.tx(['run', '-q', '-s', 'below'])).stderr).toBe('');
    expect((await project.tx(['compile', '-q'])).stderr).toContain('error unknown-column  models/below.sql:1:8\n');
  });

  it('a function that is not there is an error, unless a hook may make it first', async () => {
    const project = await shop({ 'models/lost.sql': 'select uper(id::varchar) as n from {{ref "stg"}}\n' });
    expect((await project.tx(['seed', '-q'])).code).toBe(0);
    const hooked = (sql: string): string => `{{config pre_hook="${sql}"}}\nselect id from {{ref "stg"}}\n`;
    project.write('models/hooked.sql', hooked('create table if not exists log (id int)'));
    expect((await project.tx(['compile', '-q'])).stderr).toContain('error unknown-function  models/lost.sql:1:8\n');
    project.write('models/hooked.sql', hooked('create or replace macro uper(x) as upper(x)'));
    expect((await project.tx(['compile', '-q'])).stderr).not.toContain('unknown-function');
  });

  it('a table that nobody of the project makes and that stands there is no error', async () => {
    const project = await shop({
      'models/outside.sql': 'select x from by_hand\n',
      'models/apart.sql': 'select x from elsewhere.by_hand\n',
      'models/missing.sql': 'select x from nowhere\n',
      'models/no_schema.sql': 'select x from nobody.by_hand\n',
      'models/not_there.sql': 'select x from elsewhere.nothing\n',
    });
    expect((await project.tx(['seed', '-q'])).code).toBe(0);
    await execute(
      project.path('shop.duckdb'),
      'create schema elsewhere; create table by_hand as select 1 as x; create table elsewhere.by_hand as select 2 as x',
    );
    const { code, stderr } = await project.tx(['run', '-q']);
    expect(problems(stderr).map(([first]) => first)).toEqual([
      'error unknown-relation  models/missing.sql:1:15',
      'error unknown-relation  models/no_schema.sql:1:15',
      'error unknown-relation  models/not_there.sql:1:15',
    ]);
    expect(code).toBe(2);
    expect((await project.tx(['run', '-q', '-s', 'outside', 'apart'])).code).toBe(0);
    expect(await project.rows('select * from outside union all select * from apart order by 1')).toEqual([['1'], ['2']]);
  });

  it('an index may name its table, with its schema too', async () => {
    const model = (column: string): string =>
      `{{config materialized="table" indexes=(array (object columns=(array "(${column})")))}}\nselect id from {{ref "stg"}}\n`;
    const project = await shop({
      'models/named.sql': model('named.id + 1'),
      'models/whole.sql': model('main.whole.id + 1'),
    });
    expect((await project.tx(['compile', '-q'])).stderr).toBe('');
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    project.write('models/whole.sql', model('main.other.id + 1'));
    expect((await project.tx(['compile', '-q'])).stderr).toContain('error condition-wrong  models/whole.sql');
  });
});
