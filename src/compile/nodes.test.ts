import { describe, expect, it } from 'vitest';
import { compileFiles, compileModel, inline, modelNamed, problems, problemsOf, render } from './compile-fixture.ts';

const orders = { 'models/orders.sql': 'select 1 as id' };

describe('ref and source', () => {
  it.each([
    ['{{ref "oders"}}', 'ref-not-found', 'there is no model or seed `oders`', 'did you mean `orders`?'],
    [
      '{{ref "raw_orders"}}',
      'ref-not-found',
      'there is no model or seed `raw_orders`',
      'a source has a table of that name: `{{source "web" "raw_orders"}}`',
    ],
    [
      '{{ref "shopp" "orders"}}',
      'unknown-package',
      'there is no package `shopp`',
      'every model belongs to `shop`; write `{{ref "model"}}` with one name',
    ],
    ['{{ref "orders" version=2}}', 'model-without-versions', 'model `orders` has no versions', 'take `version=` away'],
    ['{{source "web" "raw_order"}}', 'source-not-found', 'there is no source `web.raw_order`', 'did you mean `web.raw_orders`?'],
  ])('%s', async (template, code, message, help) => {
    const files = {
      ...orders,
      'models/sources.yaml': 'sources:\n  - name: web\n    tables: [{ name: raw_orders }]\n',
      'models/m.sql': `select * from ${template}`,
    };
    const [problem] = await problems(files);
    expect(problem).toMatchObject({ code, message, help });
  });

  it('say where a disabled model was turned off', async () => {
    const files = {
      ...orders,
      'project.yaml': 'models: { +enabled: false, on: { +enabled: true } }\n',
      'models/on/m.sql': 'select * from {{ref "orders"}}',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics.map(({ code, message, notes }) => [code, message, notes[0]?.span?.path])).toEqual([
      ['disabled-ref', 'model `orders` is turned off', 'project.yaml'],
    ]);
    expect(project.disabled.map(({ id, span }) => [id, span?.path])).toEqual([['model.shop.orders', 'project.yaml']]);
    expect(project.models.map((model) => model.name)).toEqual(['m']);
  });

  it('read tables where their schema says, and files in place', async () => {
    const yaml = `sources:
  - name: web
    schema: raw
    tables:
      - { name: a, identifier: table_a }
      - { name: b, external: { location: "data/{name}.csv", options: { header: true } } }
      - { name: c, external: { location: data/c.xyz } }
      - { name: d, config: { enabled: false } }
`;
    const files = { 'models/s.yaml': yaml, 'models/m.sql': 'select * from {{source "web" "a"}}, {{source "web" "b"}}' };
    const { project, diagnostics } = await compileFiles(files);
    expect(modelNamed(project, 'm').full.sql).toBe(`select * from "raw"."table_a", read_csv('data/b.csv', "header" = true)`);
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['source-unreadable', 'source `web.c` cannot be read in place: nothing is known of how to read `data/c.xyz`'],
    ]);
    expect(project.sources.map(({ id }) => id)).toEqual(['source.shop.web.a', 'source.shop.web.b', 'source.shop.web.c']);
    expect(await problemsOf('select * from {{source "web" "d"}}', { 'models/s.yaml': yaml.replace(/ *- \{ name: c.*\n/, '') })).toEqual([
      'disabled-ref: source `web.d` is turned off',
    ]);
  });
});

describe('config', () => {
  it('merges file over properties over folders, key by key', async () => {
    const files = {
      'project.yaml': `models:
  +tags: all
  +meta: { a: 1, b: 1 }
  staging: { +materialized: table, +schema: staging, +tags: [stg] }
`,
      'models/staging/m.yaml': 'models:\n  - name: m\n    config: { tags: yaml, meta: { b: 2 }, schema: other }\n',
      'models/staging/m.sql':
        '{{config materialized="incremental" unique_key="id" tags=(array "file" "stg") strategy="delete+insert"}}\nselect 1 as id',
    };
    const model = await compileModel(files, 'm');
    expect(model.config).toEqual({
      access: 'protected',
      materialized: 'incremental',
      enabled: true,
      schema: 'other',
      tags: ['all', 'stg', 'yaml', 'file'],
      meta: { a: 1, b: 2 },
      uniqueKey: ['id'],
      incrementalStrategy: 'delete_insert',
      onSchemaChange: 'ignore',
    });
    expect(model.relation).toEqual({ schema: 'main_other', name: 'm' });
    expect(model.rawConfig['schema']?.span.path).toBe('models/staging/m.yaml');
  });

  it('may depend on variables, the target, macros and what set names', async () => {
    const files = {
      'project.yaml': 'vars: { as_table: true }\n',
      'macros/m.sql': '{{#macro "kind"}}ta{{/macro}}',
      'models/m.sql':
        '{{set "k" (concat (kind) "ble")}}{{set "later" (ref "gone")}}{{#if (var "as_table")}}{{config materialized=k alias=(concat "m_" target.name)}}{{else}}{{config materialized="view"}}{{/if}}select 1 as x{{#if false}}{{later}}{{/if}}',
    };
    const { project } = await compileFiles(files);
    expect(modelNamed(project, 'm')).toMatchObject({ config: { materialized: 'table' }, relation: { name: 'm_dev' } });
  });

  it.each([
    ['{{config materialised="view"}}', 'unknown-key: unknown key `materialised` in `config`'],
    [
      '{{config materialized="vew"}}',
      'wrong-value: `materialized` must be one of `view`, `table`, `incremental`, `ephemeral`, `materialized_view`, `external`, not `vew`',
    ],
    ['{{config "view"}}', 'config-misplaced: `config` takes named values only'],
    ['{{config alias="a"}}{{config alias="b"}}', 'config-duplicate: `alias` is set twice in this file'],
    ['{{#each (array 1) as |x|}}{{config alias="a"}}{{/each}}', 'config-misplaced: `{{config}}` stands inside `{{#each}}`'],
    ['{{config alias=(concat "a" (ref "b"))}}', 'ref-not-allowed: config cannot use `ref "b"`'],
    ['{{#if is_incremental}}{{config alias="a"}}{{/if}}', 'ref-not-allowed: config cannot use `is_incremental`'],
    ['{{set "x" (ref "b")}}{{config alias=x}}', 'ref-not-allowed: config cannot use `ref "b"`'],
    ['{{config alias=run.id}}', 'wrong-value: `alias` must be a value known before the run, not a value known at run time'],
  ])('refuses %s', async (template, problem) => {
    expect(await problemsOf(`${template}select 1 as x`)).toEqual([problem]);
  });

  it('takes null for nothing said, in the file as in YAML', async () => {
    const files = {
      'project.yaml': 'models:\n  +schema: staging\n  +materialized: table\n',
      'models/a.sql':
        '{{config unique_key=null schema=null materialized=null tags=null post_hook=null alias=(default null null)}}select 1 as x',
      'models/b.sql': 'select 1 as x',
      'models/b.yaml':
        'models:\n  - name: b\n    config: { unique_key: null, schema: null, materialized: null, tags: , post_hook: ~, alias: null }\n',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics).toEqual([]);
    const [a, b] = [modelNamed(project, 'a'), modelNamed(project, 'b')];
    expect(a.config).toEqual(b.config);
    expect(a.config).toMatchObject({ materialized: 'table', schema: 'staging', uniqueKey: [], tags: [] });
    expect([a.relation, b.relation].map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('refuses a list of keys that is empty or names one twice, wherever it stands, and once', async () => {
    const { diagnostics } = await compileFiles({
      'models/a.sql': '{{config materialized="incremental" unique_key=(array)}}select 1 as id',
      'models/b.sql': '{{config materialized="incremental"}}select 1 as id',
      'models/b.yaml': 'models:\n  - name: b\n    config: { unique_key: [id, id] }\n',
      'models/c.sql': 'select 1 as id',
    });
    expect(diagnostics.map(({ code, node, span }) => [code, node, span?.path])).toEqual([
      ['wrong-value', 'model.shop.a', 'models/a.sql'],
      ['wrong-value', 'model.shop.b', 'models/b.yaml'],
    ]);
  });

  it('refuses config in a macro', async () => {
    expect(await problemsOf('{{f}}select 1', { 'macros/m.sql': '{{#macro "f"}}{{config alias="x"}}{{/macro}}' })).toEqual([
      'config-misplaced: macro `f` holds `{{config}}`',
    ]);
  });

  it('warns of folders without a node, and of properties of nothing', async () => {
    const files = {
      ...orders,
      'project.yaml': 'models: { stagin: { +tags: a } }\n',
      'models/staging/a.sql': 'select 1 as x',
      'models/p.yaml': 'models:\n  - name: order\n    columns: [{ name: id, tests: [not_null] }]\n',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics.map(({ code, message, help, severity }) => [code, severity, message, help])).toEqual([
      ['unused-properties', 'warning', 'there is no model `order`, so what is said of it here does nothing', 'did you mean `orders`?'],
      ['unused-config', 'warning', 'no model is in `stagin`, so its config does nothing', 'did you mean `staging`?'],
    ]);
    expect(project.tests).toEqual([]);
  });
});

describe('names', () => {
  it('are those of one file each', async () => {
    const [problem] = await problems({ 'models/a/orders.sql': 'select 1', 'models/b/orders.sql': 'select 1' });
    expect(problem).toMatchObject({
      code: 'duplicate-name',
      message: '`orders` is the name of `models/a/orders.sql` and of `models/b/orders.sql`',
    });
  });

  it('differ in more than case or accents', async () => {
    expect(await problems({ 'models/Orders.sql': 'select 1', 'models/orders.sql': 'select 1' })).toMatchObject([
      { code: 'names-too-alike', message: 'the names `orders` and `Orders` differ only in case or in how an accent is written' },
    ]);
    expect((await problems({ 'models/caf\u00e9.sql': 'select 1', 'models/cafe\u0301.sql': 'select 1' })).map(({ code }) => code)).toContain(
      'names-too-alike',
    );
  });

  it('of relations are folded as the engine folds them', async () => {
    const found = await problems({ ...orders, 'models/b.sql': '{{config alias="ORDERS"}}select 1' });
    expect(found).toMatchObject([
      {
        code: 'relation-collision',
        message: '`models/b.sql` and `models/orders.sql` are both built as "main"."orders"',
        at: 'models/orders.sql:',
      },
    ]);
  });

  it('must be names for the engine', async () => {
    const yaml = 'models:\n  - name: m\n    config: { alias: "a\\u0007b" }\n';
    expect(await problemsOf('select 1', { 'models/m.yaml': yaml })).toEqual([
      'bad-identifier: `a\\u{7}b` cannot be a name in the database: it contains the control character U+0007',
    ]);
  });

  it('of schemas are not those of the database itself', async () => {
    expect(await problemsOf('select 1', { 'project.yaml': 'state_schema: pg_catalog\n' })).toEqual([
      'bad-identifier: `pg_catalog` cannot be a name in the database: it is the name of a schema of the database itself',
    ]);
  });

  it('are not those of the state', async () => {
    expect(await problemsOf('{{config schema="x"}}select 1', { 'project.yaml': 'state_schema: main_x\n' })).toEqual([
      'schema-holds-state: `main_x` is the schema in which `tx` keeps its state',
    ]);
  });

  it('of seeds count among those of models', async () => {
    const { project } = await compileFiles({ 'seeds/raw/countries.csv': 'a\n1', 'project.yaml': 'seeds: { raw: { +schema: raw } }\n' });
    expect(project.seeds).toMatchObject([
      { id: 'seed.shop.countries', relation: { schema: 'main_raw', name: 'countries' }, fqn: ['shop', 'raw', 'countries'] },
    ]);
  });
});

describe('the SQL of a model', () => {
  it.each([
    ['', 'empty-model: a model needs a SELECT, and here is none'],
    ['-- nothing\n/* here */', 'empty-model: a model needs a SELECT, and here is none'],
    ['select 1; select 2', 'several-statements: a model is one query, and here a second statement starts'],
    ['select 1 as a); drop table s; --', 'several-statements: a model is one query, and here a second statement starts'],
    ['insert into t values (1)', 'not-a-select: a model is a SELECT, not `insert`'],
    ['CREATE TABLE t (a int)', 'not-a-select: a model is a SELECT, not `CREATE`'],
    ['with x as (select 1) delete from t', 'not-a-select: a model is a SELECT, not `delete`'],
    ['with x as materialized (update t set a = 1 returning *) select 1', 'not-a-select: a model is a SELECT, not `update`'],
    ['select 1)', 'unbalanced-parenthesis: this `)` closes nothing'],
    ['select (1', 'unbalanced-parenthesis: this `(` is not closed'],
    ["select 'a", 'unclosed-quote: this string is not closed'],
    ['select 1 /* a', 'unclosed-quote: this comment is not closed'],
  ])('%j is refused', async (sql, problem) => {
    expect(await problemsOf(sql)).toEqual([problem]);
  });

  it('shows where the second statement starts', async () => {
    const [problem] = await problems({ 'models/m.sql': 'select 1;\n{{!-- x --}}\ndrop table t' });
    expect(problem?.at).toBe('models/m.sql:drop');
  });

  it.each([
    ['select 1;', 'select 1'],
    ['select 1 ;\n -- done', 'select 1 \n -- done\n'],
    ['; select 1 ;; ', ' select 1 '],
    ['select \';\' as a, "b;c", $$;$$ /* ; */', 'select \';\' as a, "b;c", $$;$$ /* ; */'],
    ['with delete as (select 1) select * from delete', 'with delete as (select 1) select * from delete'],
    ['with recursive t(n) as (select 1), u as (select 2) from t', 'with recursive t(n) as (select 1), u as (select 2) from t'],
    ['(select 1) union all (select 2)', '(select 1) union all (select 2)'],
    ["pivot t on y in ('k') using sum(a);", "pivot t on y in ('k') using sum(a)"],
    ['unpivot t on a into name n value v', 'unpivot t on a into name n value v'],
    ["with q as (select 1) pivot q on y in ('k') using sum(a)", "with q as (select 1) pivot q on y in ('k') using sum(a)"],
    ['values (1)', 'values (1)'],
    ['from t', 'from t'],
    ['\r\nselect 1\r\n', '\nselect 1'],
  ])('%j becomes %j', async (template, sql) => {
    expect((await compileModel({ 'models/m.sql': template }, 'm')).full.sql).toBe(sql);
  });
});

describe('hooks', () => {
  it('are templates with this, refs and their own places', async () => {
    const files = {
      ...orders,
      'project.yaml': 'on_run_start: ["create table if not exists log (t text)"]\nmodels: { +pre_hook: "select 1 from {{this}}" }\n',
      'models/m.sql': '{{config post_hook="grant select on {{this}} to {{oops}}"}}select 1 as x',
    };
    const { project, diagnostics } = await compileFiles({
      ...files,
      'models/m.sql': files['models/m.sql'].replace('{{oops}}', '{{target.name}}'),
    });
    expect(diagnostics).toEqual([]);
    const model = modelNamed(project, 'm');
    expect(model.preHooks.map((hook) => [hook.text.sql, hook.transaction])).toEqual([['select 1 from "main"."m"', true]]);
    expect(model.postHooks.map((hook) => hook.text.sql)).toEqual(['grant select on "main"."m" to dev']);
    expect(project.onRunStart.map((hook) => hook.text.sql)).toEqual(['create table if not exists log (t text)']);
    expect(await problems(files)).toMatchObject([{ code: 'unknown-name', at: 'models/m.sql:oops' }]);
  });

  it('do nothing where they are empty or come out empty', async () => {
    const files = {
      'project.yaml': 'on_run_end: ""\nvars: { log: false }\n',
      'models/m.yaml':
        'models:\n  - name: m\n    config: { pre_hook: "", post_hook: ["", "select 2", "{{#if (var \'log\')}}select 1{{/if}}", { sql: "-- later" }] }\n',
      'models/m.sql': '{{config post_hook=""}}select 1 as x',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics).toEqual([]);
    const { preHooks, postHooks } = modelNamed(project, 'm');
    expect([preHooks, postHooks, project.onRunEnd].map((hooks) => hooks.map((hook) => hook.text.sql))).toEqual([[], ['select 2'], []]);
  });

  it('neither begin nor end a transaction, nor leave the session changed, inside a transaction or outside', async () => {
    const yaml = (hook: string) => ({
      'models/m.yaml': `models:\n  - name: m\n    config: { pre_hook: ${hook} }\n`,
      'models/m.sql': 'select 1 as x',
    });
    expect(await problems(yaml('"update t set a = 1; COMMIT"'))).toMatchObject([
      {
        code: 'transaction-in-hook',
        message: 'transactions are begun and ended by `tx`, so a hook cannot say `COMMIT`',
        at: 'models/m.yaml:COMMIT',
      },
    ]);
    expect(await problems(yaml('{ sql: "start transaction", transaction: false }'))).toMatchObject([{ code: 'transaction-in-hook' }]);
    expect(await problems(yaml('"use memory"'))).toMatchObject([{ code: 'session-in-hook', at: 'models/m.yaml:use' }]);
    for (const [sql, at] of [
      ["set timezone = 'Asia/Tokyo'", 'set'],
      ["SET GLOBAL timezone = 'Asia/Tokyo'", 'SET'],
      ['select 1; /* quietly */ reset search_path', 'reset'],
      ['pragma threads = 1', 'pragma'],
      ["attach 'prod.duckdb' as prod", 'attach'],
      ['load spatial', 'load'],
      ['create temp table t as select 1', 'create temp'],
      ['create or replace temporary macro abs(x) as 42', 'create or replace temporary'],
      ['prepare p as select 1', 'prepare'],
    ]) {
      expect(await problems(yaml(JSON.stringify(sql)))).toMatchObject([{ code: 'session-in-hook', at: `models/m.yaml:${at}` }]);
    }
    for (const sql of ["set local timezone = 'UTC'", 'create table temp (set integer)', 'update t set x = 1; create schema "temp"']) {
      expect(await problems(yaml(JSON.stringify(sql)))).toEqual([]);
    }
    expect(await problems(yaml('{ sql: "vacuum", transaction: false }'))).toEqual([]);
  });

  it('cannot read an ephemeral model', async () => {
    const files = { 'models/e.sql': '{{config materialized="ephemeral"}}select 1 as x' };
    expect(await problemsOf('{{config post_hook=\'select * from {{ref "e"}}\'}}select 1', files)).toEqual([
      'ephemeral-in-hook: model `e` is ephemeral, and a hook has no place for its query',
    ]);
  });
});

describe('descriptions', () => {
  it('hold doc blocks, and report those that are not there or are there twice', async () => {
    const files = {
      ...orders,
      'docs/a.md': '{{#docs "money"}}\nIn cents.\n{{/docs}}\n{{#docs "b"}}1{{/docs}}',
      'docs/b.md': '{{#docs "b"}}2{{/docs}}',
      'models/o.yaml':
        'models:\n  - name: orders\n    description: "Orders. {{doc \\"money\\"}}"\n    columns:\n      - { name: a, description: "{{doc \'mony\'}}" }\n      - { name: b, description: "{{ doc(\'b\') }}" }\n',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(modelNamed(project, 'orders').description).toBe('Orders. In cents.');
    expect(diagnostics.map(({ code, message, help }) => [code, message, help])).toEqual([
      ['duplicate-doc', 'doc block `b` is written in `docs/a.md` and in `docs/b.md`', 'rename one of them'],
      ['unknown-doc', 'there is no doc block `mony`', 'did you mean `money`?'],
      ['jinja-syntax', "`{{ doc('b') }}` is Jinja", 'write `{{doc "b"}}`'],
    ]);
  });
});

describe('docs in property files', () => {
  it('are doc blocks too, and config that the manifest and the site look at', async () => {
    const files = {
      ...orders,
      'docs/a.md': '{{#docs "b"}}1{{/docs}}',
      'models/o.yaml':
        'docs:\n  - { name: money, text: In cents. }\n  - { name: b, text: again }\nmodels:\n  - name: orders\n    description: "{{doc \\"money\\"}}"\n    docs: { show: false }\n',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(modelNamed(project, 'orders')).toMatchObject({ description: 'In cents.', rawConfig: { docs: { value: { show: false } } } });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['duplicate-doc', 'doc block `b` is written in `docs/a.md` and in `models/o.yaml`'],
    ]);
  });
});

describe('variables of property files', () => {
  const files = {
    'project.yaml': 'vars: { top: of project }\n',
    'models/a.yaml': 'vars: { low: of file, top: of file, none: ~ }\n',
    'models/deep/b.yml': 'vars: { years: { 2024: a, 10: b, x: [1.50] } }\n',
  };

  it('hold for the whole project, under those of project.yaml', async () => {
    expect(await render('{{var "low"}}, {{var "top"}}, {{json (var "none" default=1)}}', files)).toBe('of file, of project, null');
    expect(await render('{{var "low"}}', files, { flagVars: { low: 'of flag' } })).toBe('of flag');
  });

  it('keep the order of their keys and the spelling of their numbers', async () => {
    expect(await render('{{#each (var "years") as |v k|}}{{k}}={{json v}} {{/each}}', files)).toBe('2024="a" 10="b" x=[1.50] ');
  });

  it('are given to JavaScript', async () => {
    const path = 'macros/h.js';
    const h = ({ vars }: { vars: Record<string, unknown> }) =>
      [vars['low'], vars['gone'], 'years' in vars, Object.keys(vars).length].join(' ');
    expect(await render('{{h}}', { ...files, [path]: 'export function h() {}\n' }, { modules: { [path]: { h } } })).toBe('of file  true 4');
  });

  it('stand in one file each', async () => {
    const { diagnostics } = await compileFiles({ ...files, 'models/c.yaml': 'vars: { low: 2 }\n' });
    expect(diagnostics).toMatchObject([
      {
        code: 'duplicate-properties',
        message: 'variable `low` is described in `models/a.yaml` and in `models/c.yaml`',
        span: { path: 'models/c.yaml', start: 8, end: 11 },
      },
    ]);
  });

  it('are near names of one that is not set, and not missed where their file cannot be read', async () => {
    const text = { 'models/m.sql': 'select {{var "lo"}}' };
    expect((await compileFiles({ ...files, ...text })).diagnostics).toMatchObject([
      { code: 'unknown-variable', help: expect.stringContaining('low') },
    ]);
    const broken = await compileFiles({ ...text, 'models/a.yaml': 'vars: { lo: 1\n' });
    expect(broken.diagnostics.map(({ code }) => code)).not.toContain('unknown-variable');
  });
});

describe('inline queries', () => {
  it('may refer to everything, ephemeral models too', async () => {
    const files = { ...orders, 'models/e.sql': '{{config materialized="ephemeral"}}select * from {{ref "orders"}}' };
    const { text, diagnostics } = await inline({ path: '--inline', text: 'select * from {{ref "e"}};' }, files);
    expect(diagnostics).toEqual([]);
    expect(text.sql).toBe('with "__tx__cte__e" as (\nselect * from "main"."orders"\n)\nselect * from "__tx__cte__e"');
  });

  it('report their own problems, and refs to what does not compile', async () => {
    const files = { 'models/e.sql': '{{config materialized="ephemeral"}}select {{oops}}' };
    const codes = async (text: string) => (await inline({ path: '--inline', text }, files)).diagnostics.map((entry) => entry.code);
    expect(await codes('select {{oops}}')).toEqual(['unknown-name']);
    expect(await codes('drop table t')).toEqual(['not-a-select']);
    expect(await codes('select * from {{ref "e"}}')).toEqual(['broken-ref']);
  });
});

describe('JavaScript helpers', () => {
  const path = 'macros/h.js';
  const source = { [path]: 'export function h() {\n  throw new Error("no");\n}\n' };

  it('get values and give values', async () => {
    const h = (a: number, list: string[], extra: { named: Record<string, unknown>; target: { name: string }; vars: { v: number } }) =>
      [a + 1, list.join('+'), extra.named['k'], 'x' in extra.named, extra.target.name, extra.vars.v].join(' ');
    const options = { modules: { [path]: { h, list: () => ['a', 'b'], pair: () => ({ a: 1n }) } } };
    const files = { ...source, 'project.yaml': 'vars: { v: 1.50 }\n' };
    expect(await render('{{h 1 (array "a" "b") k=true}} {{join (list) ","}} {{get (pair) "a"}}', files, options)).toBe(
      '2 a+b true false dev 1.5 a,b 1',
    );
  });

  it('are reported at the mustache, with the line of their file', async () => {
    const error = new Error('no');
    error.stack = `Error: no\n    at h (file:///project/${path}:2:9)`;
    const h = () => {
      throw error;
    };
    const { diagnostics } = await compileFiles({ ...source, 'models/m.sql': 'select {{h}}' }, { modules: { [path]: { h } } });
    expect(diagnostics).toMatchObject([
      {
        code: 'js-helper-failed',
        message: 'helper `h` failed: no',
        span: { path: 'models/m.sql', start: 9, end: 10 },
        notes: [{ span: { path, start: 24, end: 46 } }],
      },
    ]);
  });

  it.each([
    ['an async function', { h: async () => Promise.resolve(1) }, ['js-helper-async: helper `h` is asynchronous']],
    ['a promise', { h: () => Promise.reject(new Error('x')) }, ['js-helper-async: helper `h` is asynchronous']],
    ['nothing', { h: () => undefined }, ['js-helper-result: helper `h` returned nothing']],
    ['a function', { h: () => () => 1 }, ['js-helper-result: helper `h` returned a function']],
    ['a date', { h: () => new Date(0) }, ['js-helper-result: helper `h` returned an object of class `Date`']],
    ['what is no number', { h: () => [Number.NaN] }, ['js-helper-result: helper `h` returned a list with NaN in it']],
    ['a constant', { h: 1 }, ['js-file: `macros/h.js` cannot be loaded: its export `h` is no function']],
    ['an error', new Error('Unexpected token'), ['js-file: `macros/h.js` cannot be loaded: Unexpected token']],
  ])('cannot be %s', async (_, module, found) => {
    expect(await problemsOf('select {{h}}', source, { modules: { [path]: module } })).toEqual(found);
  });
});
