/** The columns and the lineage that are known before a build, against what a build makes and what people read in the SQL. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTx } from '../support/call-tx.ts';
import { copyProject, readRows, REPOSITORY, runTx } from '../support/tx.ts';

const PROJECT = ['project.yaml', 'models', 'macros', 'seeds', 'data', 'doc_blocks', 'tests/data'];

interface Edge {
  readonly from: { readonly node: string; readonly column: string };
  readonly to: { readonly node: string; readonly column: string };
  readonly kind: string;
  readonly direct: boolean;
}

describe('columns of the example', () => {
  let folder = '';
  beforeAll(() => {
    folder = copyProject(REPOSITORY, PROJECT);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const lineage = async (column: string, ...flags: string[]): Promise<{ readonly type: string; readonly edges: readonly Edge[] }> => {
    const result = await callTx(['lineage', column, '--output', 'json', '--project-dir', folder, ...flags], { cwd: folder });
    expect(result.code, result.stderr).toBe(0);
    return JSON.parse(result.stdout) as { type: string; edges: Edge[] };
  };
  const short = ({ from, to, kind }: Edge): string =>
    `${from.node.split('.').slice(2).join('.')}.${from.column} ${kind} ${to.node.split('.').slice(2).join('.')}.${to.column}`;

  it('are sound, and known without a database', async () => {
    const result = await runTx(['compile', '--project-dir', folder], { cwd: folder });
    expect(result.stderr).not.toMatch(/warning|error|not known/);
    expect(result.code).toBe(0);
    expect(existsSync(join(folder, 'warehouse.duckdb'))).toBe(false);
  });

  it('are followed through models, ephemeral ones included', async () => {
    const { type, edges } = await lineage('fct_orders.order_total', '--upstream');
    expect(type).toBe('DECIMAL(16,2)');
    expect(edges.map(short)).toEqual([
      'int_order_totals.order_total_cents transformation fct_orders.order_total',
      'stg_order_items.line_total_cents aggregation int_order_totals.order_total_cents',
      'order_items.quantity transformation stg_order_items.line_total_cents',
      'order_items.unit_price_cents transformation stg_order_items.line_total_cents',
      'order_items.discount_cents transformation stg_order_items.line_total_cents',
    ]);
  });

  it('tell what only decides apart', async () => {
    const direct = await lineage('store_daily_sales.revenue', '--upstream', '--depth', '1');
    expect(direct.edges.map(short)).toEqual(['fct_daily_store_sales.revenue transformation store_daily_sales.revenue']);
    const all = await lineage('store_daily_sales.revenue', '--upstream', '--depth', '1', '--indirect');
    expect(all.edges.filter((edge) => !edge.direct).length).toBeGreaterThan(0);
    expect(all.edges.filter((edge) => edge.direct)).toEqual(direct.edges);
  });

  it('go down to everything that reads them', async () => {
    const { edges } = await lineage('fct_orders.order_total', '--downstream');
    const readers = new Set(edges.map(({ to }) => to.node.split('.').at(-1)));
    expect([...readers].toSorted()).toEqual(['channel_conversion', 'fct_daily_store_sales', 'monthly_revenue', 'store_daily_sales']);
  });

  it('have the very names and types that a build gives them', async () => {
    const built = await callTx(['build', '--project-dir', folder], { cwd: folder });
    expect(built.code, built.stderr).toBe(0);
    const rows = await readRows(
      join(folder, 'warehouse.duckdb'),
      `select table_name, column_name, data_type from duckdb_columns()
       where not internal and schema_name not like '\\_tx%' escape '\\' and database_name not in ('system', 'temp')
       order by table_name, column_index`,
    );
    expect(rows.length).toBeGreaterThan(100);
    const columns = new Map<string, string>();
    for (const [table = '', column = '', type = ''] of rows) columns.set(`${table}.${column}`, type);
    const models = ['fct_orders', 'dim_customers', 'monthly_revenue', 'store_daily_sales', 'fct_daily_store_sales', 'customer_cohorts'];
    for (const model of models) {
      const names = [...columns.keys()].filter((name) => name.startsWith(`${model}.`));
      expect(names.length).toBeGreaterThan(0);
      for (const name of names.slice(0, 1)) expect((await lineage(name, '--depth', '1')).type, name).toBe(columns.get(name));
    }
  });
});
