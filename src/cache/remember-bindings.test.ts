import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Binder, Binding, BindRequest, Stub } from '../adapter/analysis.ts';
import { openBinder } from '../adapters/duckdb/analysis/open-binder.ts';
import { bug } from '../diagnostics/bug.ts';
import { memoryFiles } from '../project/memory-files.ts';
import type { MemoryFiles } from '../project/memory-files.ts';
import type { BindingLimits } from './binding-store.ts';
import { openBindingStore } from './binding-store.ts';
import { rememberBindings } from './remember-bindings.ts';

const folder = '/project/target/cache/bindings';

interface Asked {
  declared: number;
  bound: string[];
}

interface ProcessOptions {
  readonly build?: string;
  readonly context?: string;
  readonly limits?: BindingLimits;
}

let processes = 0;

/** One process with a binder that remembers; tells what it asked the engine. */
async function inProcess<T>(
  files: MemoryFiles,
  work: (binder: Binder) => Promise<T>,
  { build = 'b1', context = '', limits }: ProcessOptions = {},
): Promise<{ readonly value: T; readonly asked: Asked | undefined }> {
  let asked: Asked | undefined;
  processes += 1;
  const store = openBindingStore({ files, folder, build, unique: `p${processes}`, now: files.clock, ...(limits && { limits }) });
  const open = async (): Promise<Binder> => {
    const own = await openBinder({ projectRoot: '/project' });
    const counts: Asked = (asked = { declared: 0, bound: [] });
    return {
      ...own,
      declare: (stubs) => ((counts.declared += stubs.length), own.declare(stubs)),
      bind: (requests) => (counts.bound.push(...requests.map(({ sql }) => sql)), own.bind(requests)),
    };
  };
  const binder = rememberBindings({ open, store, context });
  try {
    return { value: await work(binder), asked };
  } finally {
    await binder.close();
  }
}

function stub(name: string, columns: Readonly<Record<string, string>>): Stub {
  return { relation: { schema: 'shop', name }, columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })) };
}

function query(sql: string, ...reads: readonly string[]): BindRequest {
  return { sql, reads: reads.map((name) => ({ schema: 'shop', name })) };
}

const orders = stub('orders', { id: 'INTEGER', amount: 'DECIMAL(18,2)' });
const customers = stub('customers', { id: 'INTEGER', name: 'VARCHAR' });
const total = query('select id, sum(amount) as total from shop.orders group by id', 'orders');
const names = query('select name from shop.customers', 'customers');

async function bindBoth(binder: Binder): Promise<readonly Binding[]> {
  expect(await binder.declare([orders, customers])).toEqual([]);
  return binder.bind([total, names]);
}

describe('a binder that remembers', () => {
  it('gives what the engine gave, and does not start it for that', async () => {
    const files = memoryFiles({});
    const first = await inProcess(files, bindBoth);
    expect(first.asked).toEqual({ declared: 2, bound: [total.sql, names.sql] });
    expect(first.value.map((binding) => (binding.kind === 'bound' ? binding.query.columns.map(({ type }) => type) : binding))).toEqual([
      ['INTEGER', 'DECIMAL(38,2)'],
      ['VARCHAR'],
    ]);
    const second = await inProcess(files, bindBoth);
    expect(second.asked).toBeUndefined();
    expect(second.value).toEqual(first.value);
  });

  it('asks for a query whose parent has changed, and tells the engine of that parent only', async () => {
    const files = memoryFiles({});
    await inProcess(files, bindBoth);
    const wider = stub('orders', { id: 'BIGINT', amount: 'DOUBLE' });
    const { value, asked } = await inProcess(files, async (binder) => {
      await binder.declare([wider, customers]);
      return binder.bind([total, names]);
    });
    expect(asked).toEqual({ declared: 1, bound: [total.sql] });
    expect(value[0]).toMatchObject({ kind: 'bound', query: { columns: [{ type: 'BIGINT' }, { type: 'DOUBLE' }] } });
  });

  it.each([
    ['another build', { build: 'b2' }],
    ['other settings', { context: 'other' }],
  ])('takes nothing from %s', async (_, options) => {
    const files = memoryFiles({});
    await inProcess(files, bindBoth);
    expect((await inProcess(files, bindBoth, options)).asked).toEqual({ declared: 2, bound: [total.sql, names.sql] });
  });

  it('remembers no query that reads what it does not name, or says nothing of what it reads', async () => {
    const files = memoryFiles({});
    const silent: BindRequest = { sql: 'select id from shop.orders' };
    const hidden = query('select o.id from shop.orders as o join shop.customers as c using (id)', 'orders');
    const work = async (binder: Binder): Promise<readonly Binding[]> => {
      await binder.declare([orders, customers]);
      return binder.bind([silent, hidden, names]);
    };
    const first = await inProcess(files, work);
    expect(first.value.map(({ kind }) => kind)).toEqual(['bound', 'bound', 'bound']);
    const second = await inProcess(files, work);
    expect(second.asked).toEqual({ declared: 2, bound: [silent.sql, hidden.sql] });
    expect(second.value).toEqual(first.value);
  });

  it('remembers no query of which a part is left out of the plan, where that part may read a file', async () => {
    const files = memoryFiles({});
    const path = join(import.meta.dirname, '..', '..', 'seeds', 'stores.csv');
    const hidden = [
      `select typeof((select store_id from '${path}' limit 1)) as t from shop.orders`,
      `select count(*) as n from shop.orders, (describe select * from '${path}')`,
    ];
    const work = async (binder: Binder): Promise<readonly Binding[]> => {
      await binder.declare([orders]);
      return binder.bind(hidden.map((sql) => query(sql, 'orders')));
    };
    expect((await inProcess(files, work)).value.map(({ kind }) => kind)).toEqual(['bound', 'bound']);
    expect((await inProcess(files, work)).asked?.bound).toEqual(hidden);
  });

  it('finds a relation that a query does not name, when the engine has not heard of it', async () => {
    const files = memoryFiles({});
    await inProcess(files, bindBoth);
    const hidden = query('select o.id from shop.orders as o join shop.customers as c using (id)', 'orders');
    const { value } = await inProcess(files, async (binder) => {
      await binder.declare([orders, customers]);
      return binder.bind([hidden]);
    });
    expect(value).toMatchObject([{ kind: 'bound' }]);
  });

  it('refuses a query each time, with the same words', async () => {
    const files = memoryFiles({});
    const wrong = query('select amuont from shop.orders', 'orders');
    const work = async (binder: Binder): Promise<readonly Binding[]> => {
      await binder.declare([orders]);
      return binder.bind([wrong, total]);
    };
    const first = await inProcess(files, work);
    const second = await inProcess(files, work);
    expect(first.value.map(({ kind }) => kind)).toEqual(['refused', 'bound']);
    expect(second.value).toEqual(first.value);
    expect(second.asked?.bound).toEqual([wrong.sql]);
  });

  it('says each time of what a relation cannot be made, and forgets an earlier one of that name', async () => {
    const files = memoryFiles({});
    await inProcess(files, bindBoth);
    const odd = stub('orders', { id: 'INTEGER', amount: 'NO_SUCH_TYPE' });
    for (const _ of [1, 2]) {
      const { value } = await inProcess(files, async (binder) => ({
        problems: await binder.declare([odd]),
        found: await binder.bind([total]),
      }));
      expect(value.problems).toMatchObject([{ relation: odd.relation, column: 'amount' }]);
      expect(value.found).toMatchObject([{ kind: 'refused' }]);
    }
  });

  it('starts anew where a file is cut off, damaged or gone', async () => {
    for (const harm of ['cut', 'damage', 'remove'] as const) {
      for (const ending of ['.columns', '.texts']) {
        const files = memoryFiles({});
        const { value } = await inProcess(files, bindBoth);
        const path = [...files.content.keys()].find((name) => name.endsWith(ending)) ?? bug('nothing was kept');
        const bytes = files.readBytes(path);
        if (harm === 'remove') files.remove(path);
        else
          files.writeAtomic(
            path,
            harm === 'cut' ? bytes.slice(0, bytes.length / 2) : bytes.map((byte, at) => (at === bytes.length - 9 ? byte ^ 1 : byte)),
          );
        expect((await inProcess(files, bindBoth)).value, `${harm} ${ending}`).toEqual(value);
        expect((await inProcess(files, bindBoth)).asked, `${harm} ${ending}`).toBeUndefined();
      }
    }
  });

  it('is not kept from remembering by a damaged text among many files', async () => {
    const files = memoryFiles({});
    const ask = (number: number): Promise<{ readonly asked: Asked | undefined }> =>
      inProcess(
        files,
        async (binder) => (await binder.declare([orders]), binder.bind([query(`select ${number} as n from shop.orders`, 'orders')])),
        { limits: { size: 1_000_000, segments: 2 } },
      );
    for (const number of [1, 2]) await ask(number);
    for (const path of [...files.content.keys()].filter((name) => name.endsWith('.texts')))
      files.writeAtomic(
        path,
        files.readBytes(path).map((byte) => byte ^ 1),
      );
    for (const number of [3, 4]) await ask(number);
    expect((await ask(4)).asked).toBeUndefined();
  });

  it('keeps what two processes at once have found out', async () => {
    const files = memoryFiles({});
    await inProcess(files, async (outer) => {
      await outer.declare([orders, customers]);
      await outer.bind([total]);
      await inProcess(files, async (inner) => (await inner.declare([orders, customers]), inner.bind([names])));
    });
    expect((await inProcess(files, bindBoth)).asked).toBeUndefined();
  });

  it('loses nothing but time where nothing can be written', async () => {
    const files = memoryFiles({});
    const { value } = await inProcess({ ...files, create: () => bug('full'), writeAtomic: () => bug('full') }, bindBoth);
    expect(value).toMatchObject([{ kind: 'bound' }, { kind: 'bound' }]);
    expect(files.content.size).toBe(0);
  });

  it('puts many small files together, and lets go what was not asked for longest', async () => {
    const files = memoryFiles({});
    const numbered = (number: number): BindRequest => query(`select id + ${number} as n from shop.orders`, 'orders');
    const ask = (
      number: number,
      limits: BindingLimits,
    ): Promise<{ readonly asked: Asked | undefined; readonly value: readonly Binding[] }> =>
      inProcess(files, async (binder) => (await binder.declare([orders]), binder.bind([numbered(number)])), { limits });
    const roomy = { size: 1_000_000, segments: 3 };
    for (let number = 0; number < 10; number += 1) await ask(number, roomy);
    files.clock += 2 * 60 * 60 * 1000;
    await ask(10, roomy);
    expect([...files.content.keys()].filter((name) => name.endsWith('.texts')).length).toBeLessThanOrEqual(3);
    for (let number = 0; number <= 10; number += 1) expect((await ask(number, roomy)).asked, String(number)).toBeUndefined();
    files.clock += 48 * 60 * 60 * 1000;
    await ask(0, roomy);
    const { value } = await ask(1, roomy);
    await ask(11, { size: JSON.stringify(value[0]).length * 8, segments: 3 });
    for (const number of [0, 1, 11]) expect((await ask(number, roomy)).asked, String(number)).toBeUndefined();
    expect((await ask(5, roomy)).asked).toBeDefined();
  });

  it('is the same as the engine, whatever is declared and asked in whatever order', async () => {
    const type = fc.constantFrom('INTEGER', 'VARCHAR', 'DATE', 'NO_SUCH_TYPE');
    const relation = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ declare: relation, columns: fc.dictionary(fc.constantFrom('x', 'y'), type, { minKeys: 1 }) }),
      fc.record({
        sql: fc.constantFrom(
          'select * from shop.a',
          'select x from shop.a union all select x from shop.b',
          'select y + 1 as z from shop.b where exists (select 1 from shop.c)',
          'with c as (select count(*) as n from shop.b) select n from c, shop.c as d',
        ),
        reads: fc.option(fc.uniqueArray(relation), { nil: undefined }),
      }),
    );
    const runs = fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(runs, async (all) => {
        const files = memoryFiles({});
        for (const steps of all) {
          const work = async (binder: Binder): Promise<readonly unknown[]> => {
            const found: unknown[] = [];
            for (const each of steps) {
              if ('declare' in each) found.push((await binder.declare([stub(each.declare, each.columns)])).map(({ column }) => column));
              else found.push(await binder.bind([{ sql: each.sql, ...(each.reads && { reads: query('', ...each.reads).reads ?? [] }) }]));
            }
            return found;
          };
          const fresh = await openBinder({ projectRoot: '/project' });
          const expected = await work(fresh);
          await fresh.close();
          expect((await inProcess(files, work)).value).toEqual(expected);
        }
      }),
      {
        numRuns: 25,
        examples: [
          [
            [
              [
                { declare: 'a', columns: { x: 'INTEGER' } },
                { declare: 'a', columns: { x: 'NO_SUCH_TYPE' } },
                { sql: 'select * from shop.a', reads: ['a'] },
              ],
              [{ sql: 'select * from shop.a', reads: ['a'] }],
            ],
          ],
        ],
      },
    );
  });
});
