import { describe, expect, it } from 'vitest';
import { isComment, nextSqlToken } from '../parse/sql-scan.ts';
import { compileFiles, compileModel, problemsOf } from './compile-fixture.ts';
import { fillAnyColumns, fillColumns, requestsIn } from './column-slots.ts';

const others = {
  'models/a.sql': 'select 1 as id',
  'models/b.sql': 'select 1 as id',
  'models/cte.sql': '{{config materialized="ephemeral"}}select {{star (ref "a")}} from {{ref "a"}}',
};

describe('texts that wait for columns', () => {
  it('hold what was asked for, and the place that asked', async () => {
    const template = 'select {{star (ref "a") except=(array "x" "Y") prefix="p_" suffix="_s" alias="t"}} from {{ref "a"}} as t';
    const { full, dependsOn } = await compileModel({ ...others, 'models/m.sql': template }, 'm');
    const star = { kind: 'star', of: 'model.shop.a', except: ['x', 'Y'], prefix: 'p_', suffix: '_s', alias: 't' };
    expect(requestsIn(full).map(({ request }) => request)).toEqual([star]);
    const [{ span } = { span: undefined }] = requestsIn(full);
    expect(template.slice(span?.start, span?.end)).toMatch(/^\{\{star .*\}\}$/);
    expect(dependsOn.map(({ id }) => id)).toEqual(['model.shop.a']);
    expect(fillColumns(full, () => '"filled"').sql).toBe('select "filled" from "main"."a" as t');
  });

  it.each([
    `"}}" '--' /* $$ $q$ ; ( \\ \\" \\u0022`,
    'é ÄB 名前 😀 \u0000 \u2028',
    `{{columns {"kind":"star"}}}`,
    'no; drop table t',
    '\\\\u007b',
  ])('carry any name as it is, and hide it from whoever scans SQL: %s', async (name) => {
    const files = { ...others, 'project.yaml': `vars: { name: ${JSON.stringify(name)} }\n` };
    const template = 'select {{star (ref "a") except=(array (var "name")) alias="t"}}, 1 as one from {{ref "a"}} as t -- end';
    const { full } = await compileModel({ ...files, 'models/m.sql': template }, 'm');
    expect(requestsIn(full)).toMatchObject([{ request: { except: [name] } }]);
    const words: string[] = [];
    for (let token = nextSqlToken(full.sql, 0); token !== undefined; token = nextSqlToken(full.sql, token.end)) {
      expect(token.closed).toBe(true);
      if (token.kind === 'word' && !isComment(token)) words.push(full.sql.slice(token.start, token.end));
    }
    expect(new Set(words)).toEqual(new Set(['select', 'columns', 'as', 'one', 'from', 't']));
    expect(fillAnyColumns(full).sql).toBe('select "a", 1 as one from "main"."a" as t -- end\n');
  });

  it('travel through values, macros, captured text and ephemeral models', async () => {
    const files = {
      ...others,
      'macros/all.sql': '{{#macro "all_of" "of"}}{{star of}}{{/macro}}',
      'models/m.sql': `{{set "list" (array (all_of (ref "a")) "2 as two")}}
{{#set "union"}}{{union_relations (array (ref "b"))}}{{/set}}
select {{join list ", "}} from {{ref "cte"}} cross join ({{union}})`,
    };
    const { full } = await compileModel(files, 'm');
    expect(requestsIn(full).map(({ request }) => request.kind)).toEqual(['star', 'star', 'union']);
    expect(fillAnyColumns(full).sql.trimStart()).toBe(`with "__tx__cte__cte" as (
select "a" from "main"."a"
)
select "a", 2 as two from "__tx__cte__cte" cross join (select 1 as "a")`);
  });

  it('say what the project wrote once they are filled in, whatever the columns are', async () => {
    const { full } = await compileModel({ ...others, 'models/m.sql': 'select {{star (ref "a")}} from {{ref "a"}}' }, 'm');
    expect(fillColumns(full, () => 'x').asked).toBe(full.sql);
  });

  it('keep slots of the run', async () => {
    const { full } = await compileModel(
      { ...others, 'models/m.sql': 'select {{run.id}} as r, {{star (ref "a")}}, {{run.started_at}} as s from {{ref "a"}}' },
      'm',
    );
    const filled = fillColumns(full, () => '"some", "columns"');
    expect(filled.slots.map(({ name, at, length }) => [name, filled.sql.slice(at, at + length)])).toEqual([
      ['run.id', '{{run.id}}'],
      ['run.started_at', '{{run.started_at}}'],
    ]);
  });
});

describe('a rendering without columns', () => {
  it('reaches every branch and loop that columns may decide, and no other', async () => {
    const files = {
      ...others,
      'models/c.sql': 'select 1',
      'models/d.sql': 'select 1',
      'models/e.sql': '{{config enabled=false}}select 1',
      'models/m.sql': `{{#each (columns (ref "a")) as |c|}}{{#if (eq c "id")}}{{ref "b"}}{{else}}{{ref "c"}}{{/if}}{{#if @last}}{{#unless (and true (in c (array 1)))}}{{ref "d"}}{{/unless}}{{/if}}{{#if false}}{{ref "e"}}{{/if}}{{else}}{{ref "cte"}}{{/each}}`,
    };
    const { dependsOn, full } = await compileModel(files, 'm');
    expect(dependsOn.map(({ id }) => id)).toEqual(['a', 'cte', 'b', 'c', 'd'].map((name) => `model.shop.${name}`));
    expect(requestsIn(full).map(({ request }) => request)).toMatchObject([
      { kind: 'star' },
      { kind: 'render', of: ['model.shop.a'], node: 'model.shop.m', isIncremental: false },
    ]);
  });

  it('leaves another text when the template is another', async () => {
    const sqlOf = async (template: string, macro = 'x'): Promise<string> => {
      const files = { ...others, 'macros/m.sql': `{{#macro "given"}}${macro}{{/macro}}`, 'models/m.sql': template };
      return (await compileModel(files, 'm')).full.sql;
    };
    const first = await sqlOf('select {{#each (columns (ref "a")) as |c|}}{{#if (eq c "x")}}{{given}}{{/if}}{{/each}} as n');
    const laidOut = `-- a word\nSELECT\n  {{#each (columns  (ref "a")) as |c|}}\n    {{#if (eq c 'x')}}{{given}}{{/if}}\n  {{/each}}   as n`;
    expect(await sqlOf(laidOut)).toBe(first);
    expect(await sqlOf(laidOut.replace("'x'", "'y'"))).not.toBe(first);
    expect(await sqlOf(laidOut.replace('as n', 'as m'))).not.toBe(first);
    expect(await sqlOf(laidOut, 'y')).not.toBe(first);
  });
});

describe('what cannot ask for columns', () => {
  it.each([
    ['select {{star this}}', 'helper-arguments: `star` asks for the columns of the model itself, which come from this very text'],
    ['select {{star "a"}}', 'helper-arguments: `star` needs a model, as in `(ref "orders")` for `relation`, not the text "a"'],
    ['{{union_relations (array)}}', 'helper-arguments: `union_relations` needs at least one model'],
    ['{{union_relations (array "a")}}', 'helper-arguments: `union_relations` puts together models and sources, not the text "a"'],
    [
      '{{union_relations (array (ref "a")) include=(array "x") exclude=(array "y")}}',
      'helper-arguments: `union_relations` takes `include=` or `exclude=`, not both',
    ],
    [
      'select {{#if (star (ref "a"))}}1{{/if}}',
      'value-at-run-time: `text made from columns` is known only when the model runs, so `{{#if}}` cannot use it',
    ],
  ])('%s', async (template, problem) => {
    expect(await problemsOf(template, others)).toEqual([problem]);
  });

  it('is a hook', async () => {
    const { diagnostics } = await compileFiles({
      ...others,
      'models/m.sql': `{{config post_hook="select {{star (ref 'a')}} from x"}}select 1 as id`,
    });
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual(['ref-not-allowed: a hook cannot use `star`']);
  });
});
