import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { badProject, problems, PROJECT, run } from './bad-input.ts';

const read = (project: TempProject, sql: string): Promise<string[][]> => readRows(join(project.root, 'shop.duckdb'), sql);

/** What stands in the target, without the state of `tx`: staging tables would be among it. */
const RELATIONS = "select table_name from information_schema.tables where table_schema = 'main' order by 1";

describe('models that the database refuses', () => {
  it.each(['run', 'build'])('row 26: columns of one name are told of by `tx %s` before the engine renames them', async (command) => {
    const project = await badProject({ 'models/a.sql': "select 1 as id, 2 as ID, 'x' as name\n" });
    const { code, stderr } = await run(project, [command]);
    expect(problems(stderr)).toEqual([
      [
        'warning duplicate-column  models/a.sql:1:17',
        "    1 │ select 1 as id, 2 as ID, 'x' as name",
        '      │                 ^ the query gives `ID` more than once; the next one becomes `ID_1`',
        '  help  give one of them another name with `as`, or leave it out',
      ],
    ]);
    expect(code).toBe(0);
    expect(
      await read(project, "select column_name from information_schema.columns where table_name = 'a' order by ordinal_position"),
    ).toEqual([['id'], ['ID_1'], ['name']]);
  });

  it('row 27: NULL and duplicate keys, on the first load too, with samples of the keys only', async () => {
    const rows = '(values (1, 7001), (1, 7002), (null, 7003), (2, 7004)) t(id, v)';
    const project = await badProject({
      'models/a.sql': `{{config materialized="incremental" unique_key="id"}}\nselect * from ${rows}\n`,
      'models/good.sql': 'select 1 as id\n',
    });
    const { code, stderr } = await run(project, ['build']);
    expect(problems(stderr)).toEqual([
      [
        'error key-not-unique  models/a.sql:1:48',
        '  the new rows of `a` cannot be told apart by `id`: 1 with a NULL key, 1 key more than once',
        '    1 │ {{config materialized="incremental" unique_key="id"}}',
        '      │                                                ^^^^',
        '  help  nothing was changed; leave rows without a key out in the query, or give them one; make the',
        '        key unique in the query, or extend `unique_key`; for example id = 1; id = NULL',
      ],
    ]);
    expect(stderr).not.toContain('700');
    expect(code).toBe(1);
    expect(await read(project, RELATIONS)).toEqual([['good']]);
  });

  it('row 28: a key that is not among the columns', async () => {
    const project = await badProject({
      'models/a.sql': '{{config materialized="incremental" unique_key="ident"}}\nselect 1 as id, 2 as v\n',
    });
    const { code, stderr } = await run(project, ['build']);
    expect(problems(stderr)).toEqual([
      [
        'error key-column-missing  models/a.sql:1:48',
        '  the key column `ident` is not among the columns of the query',
        '    1 │ {{config materialized="incremental" unique_key="ident"}}',
        '      │                                                ^^^^^^^',
        '  help  the query has `id`, `v`',
      ],
    ]);
    expect(code).toBe(2);
    expect(await read(project, RELATIONS)).toEqual([]);
  });

  it('row 29: a change that would drop most columns', async () => {
    const model = (columns: string): string =>
      `{{config materialized="incremental" unique_key="id" on_schema_change="sync_all_columns"}}\nselect ${columns}\n`;
    const project = await badProject({ 'models/a.sql': model('1 as id, 2 as b, 3 as c, 4 as d') });
    expect((await run(project, ['build'])).code).toBe(0);
    project.write('models/a.sql', model('5 as id'));
    const { code, stderr } = await run(project, ['build']);
    expect(problems(stderr)).toEqual([
      [
        'error schema-change-refused  models/a.sql:1:70',
        '  this change would drop 3 of 4 columns of `main.a`: `b`, `c`, `d`',
        '    1 │ {{config materialized="incremental" unique_key="id" on_schema_change="sync_all_columns"}}',
        '      │                                                                      ^^^^^^^^^^^^^^^^^^',
        '  help  more than half of the columns looks like a mistake and is refused; if it is meant, rebuild',
        '        with `--full-refresh` or run `alter table "main"."a" drop column "b"`, `alter table',
        '        "main"."a" drop column "c"`, `alter table "main"."a" drop column "d"`',
      ],
    ]);
    expect(code).toBe(1);
    expect(await read(project, 'from a')).toEqual([['1', '2', '3', '4']]);
    expect((await run(project, ['build', '--full-refresh'])).code).toBe(0);
    expect(await read(project, 'from a')).toEqual([['5']]);
  });

  it('row 50: a check on a column that the model does not have', async () => {
    const project = await badProject({
      'models/good.sql': 'select 1 as id\n',
      'models/m.yaml':
        'models:\n  - name: good\n    columns:\n      - name: idd\n        tests: [not_null]\n      - name: id\n        tests: [unique]\n',
    });
    const { code, stderr } = await run(project, ['build']);
    expect(problems(stderr)).toEqual([
      [
        'error check-column-not-found  models/m.yaml:5:17',
        '    4 │       - name: idd',
        '    5 │         tests: [not_null]',
        '      │                 ^^^^^^^^ `not_null` stands on column `idd`, which `good` does not have',
        '  help  did you mean `id`? its columns are `id`',
      ],
    ]);
    expect(stderr).not.toContain('attempt');
    expect(code).toBe(2);
    expect(await read(project, RELATIONS)).toEqual([]);
  });

  it('row 51: accepted values of another type name the type of the column', async () => {
    const project = await badProject({
      'models/good.sql': 'select 1 as id\n',
      'models/m.yaml':
        'models:\n  - name: good\n    columns:\n      - name: id\n        tests:\n          - accepted_values: { values: [a, b] }\n',
    });
    const { code, stderr } = await run(project, ['build']);
    expect(problems(stderr)).toEqual([
      [
        'error check-values-misfit  models/m.yaml:6:13',
        '  `accepted_values` compares column `id` of type `INTEGER` with `a`, `b`',
        '    5 │         tests:',
        '    6 │           - accepted_values: { values: [a, b] }',
        '      │             ^^^^^^^^^^^^^^^',
        '  help  write the values as `INTEGER`, or cast the column in the model',
      ],
    ]);
    expect(code).toBe(2);
    expect(await read(project, RELATIONS)).toEqual([]);
  });

  it('row 14: nothing of a parenthesis that breaks out is run', async () => {
    const project = await badProject({ 'models/keep.sql': '{{config materialized="table"}}\nselect 1 as id\n' });
    expect((await run(project, ['build'])).code).toBe(0);
    project.write('models/evil.sql', 'select 1 as a); drop table main.keep; --\n');
    expect((await run(project, ['build'])).code).toBe(2);
    expect((await run(project, ['show', '--inline', 'select 1 as a); drop table main.keep; --'])).code).toBe(2);
    expect(await read(project, RELATIONS)).toEqual([['keep']]);
  });

  it('row 69: a clock that is behind the last run', async () => {
    const hook = `on_run_end: 'update _tx.records set entry = replace(entry, ''"started_at":"20'', ''"started_at":"21'')'\n`;
    const project = await badProject({ 'models/a.sql': 'select 1 as id\n', 'project.yaml': PROJECT + hook });
    expect((await run(project, ['build', '--quiet'])).code).toBe(0);
    const { code, stderr } = await run(project, ['build']);
    const time = '\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
    expect(problems(stderr)[0]?.join('\n')).toMatch(
      new RegExp(
        `^warning clock-behind\n  the clock says 20\\d\\d-${time}, and \`a\` was built at 21\\d\\d-${time}\n` +
          '  help  set the clock of this machine; until then `{{run\\.started_at}}` and the time of the database\n {8}may lie before rows that are there$',
      ),
    );
    expect(code).toBe(0);
    expect((await run(project, ['plan'])).stderr).toContain('warning clock-behind');
  });

  it('row 30: a watermark of an empty table, one that goes back, and one in the future', async () => {
    const project = await badProject({
      'models/events.sql': "select 1 as id, timestamp '2024-01-02' as seen where false\n",
      'models/kept.sql': [
        '{{config materialized="incremental"}}',
        'select id, seen from {{ref "events"}}',
        "{{#if is_incremental}}where seen > (select coalesce(max(seen), timestamp '1970-01-01') from {{this}}){{/if}}",
        '',
      ].join('\n'),
    });
    const events = async (...times: readonly string[]): Promise<string[][]> => {
      const rows = times.map((time, at) => `(${at}, timestamp '${time}')`);
      project.write('models/events.sql', `select * from (values ${rows.join(', ')}) t(id, seen)\n`);
      expect((await run(project, ['build', '--quiet'])).code).toBe(0);
      return read(project, "select strftime(seen, '%Y-%m-%d') from kept order by 1");
    };
    expect((await run(project, ['build', '--quiet'])).code).toBe(0);
    // NULL: the table is empty, and the query says with `coalesce` what that means.
    expect(await events('2024-01-02')).toEqual([['2024-01-02']]);
    // What comes late lies below the watermark, and is not seen.
    expect(await events('2024-01-01', '2024-01-02', '2024-01-03')).toEqual([['2024-01-02'], ['2024-01-03']]);
    // One row from the future hides all that come after it, until the table is built anew.
    expect(await events('2124-01-01', '2024-01-04')).toEqual([['2024-01-02'], ['2024-01-03'], ['2024-01-04'], ['2124-01-01']]);
    expect(await events('2024-01-05')).toHaveLength(4);
    expect((await run(project, ['build', '--quiet', '--full-refresh'])).code).toBe(0);
    expect(await read(project, "select strftime(seen, '%Y-%m-%d') from kept")).toEqual([['2024-01-05']]);
  });
});
