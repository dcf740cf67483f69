/** What `tx generate` writes from real databases builds there, and a second time there is nothing to add. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';

describe.each(useProjectEngines())('tx generate on $name', ({ project, name }) => {
  const files = {
    'models/sources.yaml':
      'sources:\n  - name: shop # the old one\n    schema: raw data\n    tables:\n      - name: visits\n        # all of them\n        columns:\n          - name: id\n',
    'models/marts/totals.sql': '{{config materialized="table"}}select id, count(*) as visits from {{source "shop" "visits"}} group by id',
  };
  const tables = [
    'create schema "raw data"',
    'create table "raw data".visits (id integer, page varchar(20), seen_at timestamp, amount numeric(12, 3))',
    'create table "raw data"."Ünï ""quoted"" name" ("OrderID" integer, "Order ID" integer, "order" date, "group" text, "1st" boolean)',
    `create view "raw data".empty_view as select 1 as id`,
  ];

  it('declares what stands in a schema, and adds only what is missing', async () => {
    const shop = await project(files);
    await shop.run(...tables);
    const { exit, text } = await shop.tx(['generate', 'source', 'raw data', '--diff']);
    expect(exit, text).toBe(0);
    const removed = text.split('\n').filter((line) => line.startsWith('-') && !line.startsWith('---'));
    expect(removed).toEqual([]);
    for (const line of [
      '+          - name: page',
      '+          - name: amount',
      '+      - name: "Ünï \\"quoted\\" name"',
      '+          - name: OrderID',
    ])
      expect(text).toContain(line);
    expect(text).toContain(name === 'duckdb' ? '+            data_type: decimal(12,3)' : '+            data_type: numeric(12,3)');
    expect((await shop.tx(['generate', 'source', 'raw data'])).text).toContain('added to models/sources.yaml');
    expect((await shop.tx(['generate', 'source', 'raw data'])).text).toContain('nothing to add');
    expect((await shop.tx('build')).exit).toBe(0);
  });

  it('writes staging models that build, whatever the columns are called', async () => {
    const shop = await project(files);
    await shop.run(...tables);
    await shop.tx(['generate', 'source', 'raw data']);
    const written = await shop.tx(['generate', 'staging', 'shop.Ünï "quoted" name']);
    expect(written.exit, written.text).toBe(0);
    expect(written.text).toContain('wrote models/staging/stg_ünï_quoted_name.sql');
    const built = await shop.tx('build -s stg_ünï_quoted_name');
    expect(built.exit, built.text).toBe(0);
    await shop.run(`insert into "raw data"."Ünï ""quoted"" name" values (1, 2, date '2024-01-31', 'x', true)`);
    expect(await shop.rows('select order_id, order_id_2, "group", _1st from main."stg_ünï_quoted_name"')).toEqual([[1, 2, 'x', true]]);
    const again = await shop.tx(['generate', 'staging', 'shop.Ünï "quoted" name']);
    expect(again.exit).toBe(2);
    expect(again.text).toContain('generate-file-exists');
    expect(again.text).toContain('`models/staging/stg_ünï_quoted_name.sql` is there already');
    // A model of something else may have the name.
    shop.write({ 'models/staging/stg_ünï_quoted_name.sql': 'select 1 as id' });
    const beside = await shop.tx(['generate', 'staging', 'shop.Ünï "quoted" name']);
    expect(beside.text).toContain('wrote models/staging/stg_shop__ünï_quoted_name.sql');
    expect((await shop.tx(['generate', 'staging', 'shop.Ünï "quoted" name'])).text).toContain('generate-file-exists');
  });

  it('quotes what is a word of the engine, so that each column is the one that is meant', async () => {
    const shop = await project(files);
    const asked = {
      duckdb: `select distinct keyword_name from duckdb_keywords() where keyword_category <> 'unreserved' order by 1`,
      postgres: `select word::text from pg_get_keywords() where catcode <> 'U' order by 1`,
    }[name];
    const words = (await shop.rows(asked ?? '')).map(([word]) => String(word));
    expect(words.length).toBeGreaterThan(100);
    const columns = [...words, 'user', '{{x}}', 'plain'].filter((word, at, all) => all.indexOf(word) === at);
    await shop.run('create schema "raw data"', `create table "raw data".logins (${columns.map((word) => `"${word}" text`).join(', ')})`);
    await shop.run(`insert into "raw data".logins values (${columns.map((word) => `'${word}'`).join(', ')})`);
    await shop.tx(['generate', 'source', 'raw data']);
    const written = await shop.tx(['generate', 'staging', 'shop.logins']);
    expect(written.exit, written.text).toBe(0);
    expect(shop.read('models/staging/stg_logins.sql')).toMatch(/^ {4}plain$/m);
    const built = await shop.tx('build -s stg_logins');
    expect(built.exit, built.text).toBe(0);
    expect(await shop.rows('select * from main.stg_logins')).toEqual([columns]);
  });

  it('casts a column to the type that its entry gives', async () => {
    const types = { id: 'integer', page: 'integer', seen_at: 'timestamp', amount: 'numeric(12,3)' };
    const columns = Object.entries(types).map(([column, type]) => `          - { name: ${column}, data_type: "${type}" }\n`);
    const shop = await project({
      ...files,
      'models/sources.yaml': `sources:\n  - name: shop\n    schema: raw data\n    tables:\n      - name: visits\n        columns:\n${columns.join('')}`,
    });
    await shop.run(...tables, `insert into "raw data".visits values (1, '12', null, 3)`);
    expect((await shop.tx('generate staging shop.visits')).exit).toBe(0);
    expect((await shop.tx('run -s stg_visits')).exit).toBe(0);
    expect(await shop.rows('select page + 1, cast(amount as integer) from main.stg_visits')).toEqual([[13, 3]]);
  });

  it('describes models by their columns', async () => {
    const shop = await project(files);
    await shop.run(...tables);
    expect((await shop.tx('run')).exit).toBe(0);
    const { exit, text } = await shop.tx('generate yaml --diff');
    expect(exit, text).toBe(0);
    expect(text).toContain('+++ models/marts/marts.yaml');
    expect(text).toContain('+      - name: visits\n+        data_type: bigint');
    expect((await shop.tx('generate yaml')).text).toContain('wrote models/marts/marts.yaml');
    expect((await shop.tx('generate yaml')).text).toContain('nothing to add');
    expect((await shop.tx('build')).exit).toBe(0);
  });

  it('marks columns that hand on personal values', async () => {
    const shop = await project({
      'models/sources.yaml': `sources: [{ name: shop, schema: raw data, tables: [{ name: visits, columns: [{ name: page, pii: address }, { name: amount, pii: true }] }] }]`,
      'models/seen.sql': `select id, page as seen_page, amount as paid, length(page) as letters from {{source "shop" "visits"}}`,
    });
    await shop.run(...tables);
    expect((await shop.tx('run')).exit).toBe(0);
    expect((await shop.tx('generate yaml')).exit).toBe(0);
    const lines = shop
      .read('models/models.yaml')
      .split('\n')
      .map((line) => line.trim());
    const after = (column: string): string | undefined => lines[lines.indexOf(`- name: ${column}`) + 2];
    expect([after('seen_page'), after('paid')]).toEqual(['pii: address', 'pii: true']);
    expect(lines.filter((line) => line.startsWith('pii'))).toHaveLength(2);
    expect((await shop.tx('build --force')).exit).toBe(0);
  });

  it('has nothing to say of a schema that is not there', async () => {
    const shop = await project(files);
    await shop.run(...tables);
    const { exit, text } = await shop.tx('generate source nowhere');
    expect(exit).toBe(2);
    expect(text).toContain('generate-schema-empty');
  });
});
