/** `tx lint` with the built program: exit codes, results for programs, what `--fix` writes and what it leaves alone. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintRuleNames } from '../../src/project/read-lint.ts';
import { copyProject, REPOSITORY, runTx, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';

const projectYaml = 'name: shop\ntargets:\n  dev: { type: duckdb, path: warehouse.duckdb, schema: main }\n';

function project(files: Readonly<Record<string, string>>, settings = ''): Promise<TempProject> {
  return tempProject({ 'project.yaml': projectYaml + settings, ...files });
}

/** A column of a source, from `name: type`. */
const typed = (text: string): string => `{ name: ${text.replace(': ', ', data_type: "')}" }`;

const orders = { 'models/orders.sql': 'select 1 as id\n' };
const hard = { ...orders, 'models/totals.sql': 'select id from main.orders\n' };
const fixed = 'select id from {{ref "orders"}}\n';

describe('tx lint', () => {
  it('finds nothing in the example project', async () => {
    const folder = copyProject(REPOSITORY, ['project.yaml', 'models', 'macros', 'seeds', 'data', 'doc_blocks', 'tests/data']);
    expect(await runTx(['lint', '--strict'], { cwd: folder })).toMatchObject({ code: 0, stdout: '', stderr: 'no findings\n' });
  });

  it('finds nothing in a project over real data', async () => {
    const folder = copyProject(join(REPOSITORY, 'tests/real/aviation'), ['project.yaml', 'models', 'macros', 'tests']);
    expect(await runTx(['lint', '--strict'], { cwd: folder })).toMatchObject({ code: 0, stdout: '', stderr: 'no findings\n' });
  });

  it('finds nothing in queries that only look like mistakes, and what is one beside them', async () => {
    const home = join(REPOSITORY, 'tests/lint/innocent');
    const innocent = readdirSync(home).map((name) => [`models/marts/${name}`, readFileSync(join(home, name), 'utf8')] as const);
    const shop = await project({
      'models/sources.yaml': `sources:
  - name: raw
    tables:
      - name: orders
        columns: [${['order_id: integer', 'customer_id: integer', 'amount: decimal(10,2)', 'ordered_at: timestamp'].map(typed).join(', ')}]
      - name: items
        columns: [${['item_id: integer', 'order_id: integer', 'price: integer', 'label: varchar'].map(typed).join(', ')}]
models:
  - { name: stg_orders, columns: [{ name: order_id, tests: [unique] }] }
  - { name: stg_items, columns: [{ name: item_id, tests: [unique] }] }
`,
      'models/staging/stg_orders.sql': 'select order_id, customer_id, amount, ordered_at from {{source "raw" "orders"}}\n',
      'models/staging/stg_items.sql': 'select item_id, order_id, price, label from {{source "raw" "items"}}\n',
      ...Object.fromEntries(innocent),
    });
    const rules = ['filtered-left-join', 'fan-out-join', 'idle-order', 'select-star', 'hard-coded-relation', 'layer-reference'];
    const lint = () => shop.call(['lint', '--rule', ...rules, '--output', 'json', '-q']);
    expect(await lint()).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse((await lint()).stdout)).toMatchObject({ findings: [] });
    // All that these need to be found is there.
    const joined = 'from {{ref "stg_orders"}} as o left join {{ref "stg_items"}} as i on i.order_id = o.order_id';
    const guilty: Readonly<Record<string, string>> = {
      'filtered-left-join': `select o.order_id, i.item_id ${joined} where i.price > 3`,
      'fan-out-join': `select o.customer_id, sum(o.amount) as amount ${joined} group by o.customer_id`,
      'idle-order': 'select order_id from {{ref "stg_orders"}} order by order_id',
      'select-star': 'select * from {{ref "stg_orders"}}',
      'hard-coded-relation': 'select order_id from main.stg_orders',
      'layer-reference': 'select order_id from {{source "raw" "orders"}}',
    };
    for (const [rule, sql] of Object.entries(guilty)) writeFileSync(join(shop.root, `models/marts/${rule}.sql`), sql);
    const { findings } = JSON.parse((await lint()).stdout) as {
      readonly findings: readonly { readonly rule: string; readonly path: string }[];
    };
    expect(findings.map(({ rule, path }) => [rule, path]).toSorted()).toEqual(
      rules.map((rule) => [rule, `models/marts/${rule}.sql`]).toSorted(),
    );
  });

  it('finds nothing in a new project', async () => {
    const shop = await project({});
    expect((await runTx(['init', 'bikes'], { cwd: shop.root })).code).toBe(0);
    expect(await runTx(['lint', '--strict'], { cwd: join(shop.root, 'bikes') })).toMatchObject({ code: 0, stderr: 'no findings\n' });
  });

  it('ends with 1 for errors, with --strict for warnings, with 2 where the project does not compile', async () => {
    const rule = ['--rule', 'hard-coded-relation'];
    expect((await (await project(hard)).call(['lint', ...rule])).code).toBe(0);
    expect((await (await project(hard)).call(['lint', ...rule, '--strict'])).code).toBe(1);
    const strict = 'lint: { rules: { hard-coded-relation: error, missing-tests: off, missing-description: off } }\n';
    const { code, stderr } = await (await project(hard, strict)).call(['lint']);
    expect(code).toBe(1);
    expect(stderr).toContain('error hard-coded-relation');
    expect(stderr).not.toContain('missing-');
    expect((await (await project({ 'models/a.sql': 'select 1 from {{ref "nothing"}}' })).call(['lint'])).code).toBe(2);
    expect((await (await project(hard, 'lint: { rules: { nothing: off } }\n')).call(['lint'])).code).toBe(2);
  });

  it('looks at what is selected, and by rules that are off where somebody names them', async () => {
    const shop = await project(hard, 'lint: { rules: { hard-coded-relation: off } }\n');
    expect((await shop.call(['lint', '-s', 'orders', '--rule', 'hard-coded-relation'])).stderr).toBe('no findings\n');
    expect((await shop.call(['lint', '-s', 'totals'])).stderr).not.toContain('hard-coded');
    expect((await shop.call(['lint', '--rule', 'hard-coded-relation'])).stderr).toContain('warning hard-coded-relation');
    expect((await shop.call(['lint'], { env: { TX_RULE: 'hard-coded-relation, idle-order', TX_STRICT: '1' } })).code).toBe(1);
  });

  it('tells programs where each finding is', async () => {
    const shop = await project(hard);
    const { stdout } = await shop.call(['lint', '--output', 'json', '--rule', 'hard-coded-relation']);
    // The form that is promised to programs.
    expect(JSON.parse(stdout) as unknown).toEqual({
      fixed: 0,
      findings: [
        {
          rule: 'hard-coded-relation',
          severity: 'warning',
          message: '`main.orders` is written out, although it is the model `orders`',
          help: expect.stringContaining('write `{{ref "orders"}}`') as unknown,
          node: 'model.shop.totals',
          path: 'models/totals.sql',
          start: { line: 1, column: 16 },
          end: { line: 1, column: 27 },
          fixable: true,
        },
      ],
    });
  });
});

describe('a comment', () => {
  /** A project in which every rule but the one about comments finds something. */
  const guilty = {
    'project.yaml': `${projectYaml}vars:\n  nobody: 1\n`,
    'macros/idle.sql': '{{#macro "idle" "x"}}{{x}}{{/macro}}\n',
    'models/sources.yaml': `sources:
  - name: raw
    tables:
      - name: orders
        columns: [{ name: id, data_type: integer }, { name: customer, data_type: integer }, { name: amount, data_type: integer }]
      - name: never_read
models:
  - name: stg_orders
    description: Orders.
    columns:
      - name: id
        tests: [unique]
  - name: stg_items
    description: Items.
    columns:
      - name: item
        tests: [unique]
  - name: keyless
    description: Without a key.
    columns:
      - name: id
        tests: [not_null]
`,
    'models/staging/stg_orders.sql': 'select id, customer, amount\nfrom {{source "raw" "orders"}}\n',
    'models/staging/stg_items.sql': 'select id as item, customer as id, amount as price\nfrom {{source "raw" "orders"}}\n',
    'models/staging/keyless.sql': 'select customer as id\nfrom {{source "raw" "orders"}}\n',
    'models/marts/sums.sql':
      'select\n    o.customer,\n    sum(o.amount) as amount\nfrom {{ref "stg_orders"}} as o\njoin {{ref "stg_items"}} as i on i.id = o.id\ngroup by o.customer\n',
    'models/marts/stars.sql': 'select *\nfrom {{ref "stg_orders"}}\norder by id\n',
    'models/marts/joins.sql':
      'select o.id, i.price\nfrom {{ref "stg_orders"}} as o\nleft join {{ref "stg_items"}} as i on i.item = o.id\nwhere i.price > 3\n',
    'models/marts/hard.sql': 'select id\nfrom main.stg_orders\n',
    'models/marts/layers.sql': 'select id\nfrom {{source "raw" "orders"}}\n',
  } as const;

  interface Found {
    readonly rule: string;
    readonly path: string;
    readonly start: { readonly line: number };
  }

  async function findingsOf(shop: TempProject): Promise<readonly Found[]> {
    return (JSON.parse((await shop.call(['lint', '--output', 'json', '-q'])).stdout) as { readonly findings: readonly Found[] }).findings;
  }

  it('silences each rule where it stands, and nothing else is told of it', async () => {
    const shop = await tempProject(guilty);
    const findings = await findingsOf(shop);
    expect([...new Set(findings.map(({ rule }) => rule))].toSorted()).toEqual(
      lintRuleNames.filter((rule) => rule !== 'idle-ignore').toSorted(),
    );
    const places = new Map<string, Found[]>();
    for (const found of findings) {
      const place = `${found.path}\n${String(found.start.line).padStart(4, '0')}`;
      places.set(place, [...(places.get(place) ?? []), found]);
    }
    // From the last line of a file to the first, so that places stay what they are.
    for (const [place, those] of [...places].toSorted().toReversed()) {
      const [path = '', line = ''] = place.split('\n');
      const lines = shop.read(path).split('\n');
      const rules = [...new Set(those.map(({ rule }) => rule))].join(', ');
      const indent = /^ */.exec(lines[Number(line) - 1] ?? '')?.[0] ?? '';
      const said = `tx-ignore: ${rules}`;
      const comment = path.startsWith('macros/') ? `{{! ${said} }}` : `${path.endsWith('.sql') ? '--' : '#'} ${said}`;
      lines.splice(Number(line) - 1, 0, indent + comment);
      shop.write(path, lines.join('\n'));
    }
    expect(await findingsOf(shop)).toEqual([]);
    // The comments do something: without one of them its rules are told again.
    for (const path of ['models/marts/hard.sql', 'project.yaml', 'macros/idle.sql'])
      shop.write(path, shop.read(path).replace(/^.*tx-ignore.*\n/m, ''));
    expect((await findingsOf(shop)).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['models/marts/hard.sql', 'project.yaml', 'macros/idle.sql']),
    );
  });
});

describe('tx lint --fix', () => {
  const fix = ['lint', '--fix', '--rule', 'hard-coded-relation', 'idle-order'];

  it('writes what compiles to the same, and nothing a second time', async () => {
    const shop = await project(hard);
    expect((await shop.call(fix)).stderr).toBe('fixed models/totals.sql\nno findings; 1 fixed\n');
    expect(shop.read('models/totals.sql')).toBe(fixed);
    expect((await shop.call(fix)).stderr).toBe('no findings; 0 fixed\n');
    expect((await shop.call(['build'])).code).toBe(0);
  });

  it('keeps line ends and the byte order mark', async () => {
    const shop = await project(orders);
    const path = join(shop.root, 'models/totals.sql');
    writeFileSync(path, '\ufeffselect id\r\nfrom main.orders -- all\r\norder by\r\n  id\r\n');
    await shop.call(fix);
    expect(readFileSync(path, 'utf8')).toBe('\ufeffselect id\r\nfrom {{ref "orders"}} -- all\r\n');
  });

  it('keeps the comments in what it takes away', async () => {
    const shop = await project(orders);
    const path = join(shop.root, 'models/totals.sql');
    writeFileSync(path, 'select id -- key\nfrom {{ref "orders"}}\n-- newest\norder by id /* a */ desc, -- b\n  id + 1 /* c */ -- d\n');
    expect((await shop.call(fix)).stderr).toContain('fixed models/totals.sql');
    expect(readFileSync(path, 'utf8')).toBe('select id -- key\nfrom {{ref "orders"}}\n-- newest\n/* a */ -- b\n /* c */ -- d\n');
    expect((await shop.call(['compile', '-s', 'totals'])).code).toBe(0);
  });

  it('leaves what stands in a loop, in a macro, or in an incremental model', async () => {
    const files = {
      ...orders,
      'models/loop.sql': '{{#each (array 1 2) as |x|}}{{#unless @first}}union all {{/unless}}select id from main.orders\n{{/each}}',
      'models/called.sql': 'select id from {{all_orders}}',
      'macros/m.sql': '{{#macro "all_orders"}}main.orders{{/macro}}',
      'models/incremental.sql': '{{config materialized="incremental" unique_key="id"}}select id from main.orders',
      'models/ephemeral.sql': '{{config materialized="ephemeral"}}select id from main.orders',
      'models/reader.sql': 'select id from {{ref "ephemeral"}}',
    };
    const shop = await project(files);
    const { stderr } = await shop.call(fix);
    expect(stderr).toContain('0 fixed');
    for (const [path, text] of Object.entries(files)) expect(shop.read(path)).toBe(text);
  });

  it('makes no cycle, neither alone nor together', async () => {
    const shop = await project({
      'models/a.sql': 'select 1 as id from main.b',
      'models/b.sql': 'select 1 as id from main.a',
      'models/c.sql': 'select 1 as id from main.d',
      'models/d.sql': 'select 1 as id from {{ref "c"}}',
    });
    const { stderr } = await shop.call(fix);
    expect(stderr).toContain('`{{ref "d"}}` would make a cycle here');
    expect(stderr).toContain('0 fixed');
    expect((await shop.call(['compile', '--no-analyze'])).code).toBe(0);
  });

  it('leaves a file whose call would be refused', async () => {
    const shop = await project({
      'models/groups.yaml':
        'groups:\n  - name: g\n    owner: { name: x }\nmodels:\n  - name: inner\n    access: private\n    config: { group: g }\n',
      'models/inner.sql': 'select 1 as id\n',
      'models/outer.sql': 'select id from main.inner\n',
      'models/other.sql': 'select id from main.outer\n',
    });
    const { stderr } = await shop.call(fix);
    expect(stderr).toContain('models/outer.sql:1:16');
    expect(shop.read('models/outer.sql')).toBe('select id from main.inner\n');
  });
});
