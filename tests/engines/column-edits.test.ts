/** Whatever columns, conditions, joins and groups are edited: what builds that follow columns leave is what one build from nothing makes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openWhole, rowsAsText, useProjectEngines } from './engine-project.ts';

/** More where somebody has the time: `TX_ROUNDS=200`. */
const rounds = Number(process.env['TX_ROUNDS'] ?? 1);

const names = ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6'] as const;
const columns = ['a', 'b', 'c'] as const;

/** Every model has `id`, and of the others those that it lists, each with an expression over what it reads. */
interface Model {
  readonly kind: 'view' | 'table' | 'ephemeral';
  readonly read: string;
  readonly made: Readonly<Partial<Record<(typeof columns)[number], string>>>;
  readonly shape: (typeof shapes)[number];
}

const shapes = [
  'plain',
  'star',
  'cte',
  'where',
  'join',
  'left',
  'in',
  'group',
  'distinct',
  'union',
  'limit',
  'newest',
  'rank',
  'cross',
  'count',
] as const;

/** Over the columns of whatever is read: what is not there is an error of the engine, and the edit is dropped. */
const expressions = ['a', 'b', 'c', 'a + 1', 'b * 2', 'a + b', 'coalesce(c, 0)', '7', 'case when a > 2 then b else 0 end'] as const;

function textOf(model: Model): string {
  const from = `{{ref "${model.read}"}}`;
  const list = Object.entries(model.made).map(([name, expression]) => `${expression.replaceAll(/\b[abc]\b/g, 'r.$&')} as ${name}`);
  const all = ['r.id', ...list].join(', ');
  const head = `{{config materialized="${model.kind}"}}`;
  switch (model.shape) {
    case 'plain':
      return `${head}select ${all} from ${from} as r`;
    case 'star':
      return `${head}select * from ${from}`;
    case 'cte':
      return `${head}with r as (select * from ${from}) select * from (select ${all} from r) as q`;
    case 'where':
      return `${head}select ${all} from ${from} as r where r.a > 1`;
    case 'join':
      return `${head}select ${all} from ${from} as r join {{ref "seed"}} as s on r.id = s.id and s.a <> r.b`;
    case 'left':
      return `${head}select ${all}, s.b as joined from ${from} as r left join {{ref "seed"}} as s on r.a = s.id`;
    case 'in':
      return `${head}select ${all} from ${from} as r where r.id in (select s.a from ${from} as s)`;
    case 'group':
      return `${head}select r.a as id, ${[...Object.keys(model.made).map((name) => `sum(r.${name}) as ${name}`), 'count(*) as n'].join(', ')} from ${from} as r group by r.a`;
    case 'distinct':
      return `${head}select distinct ${all} from ${from} as r`;
    case 'union':
      return `${head}select ${all} from ${from} as r union all select ${all} from ${from} as r where r.b > 2`;
    case 'limit':
      return `${head}select ${all} from ${from} as r order by r.id, r.a, r.b limit 3`;
    case 'newest':
      return `${head}select ${all} from (select *, row_number() over (partition by a order by id, b) as newest from ${from}) as r where r.newest = 1`;
    case 'rank':
      return `${head}select ${all}, rank() over (order by r.b) as place from ${from} as r`;
    case 'cross':
      return `${head}select ${all} from ${from} as r cross join {{ref "other"}} as o`;
    case 'count':
      return `${head}select ${all}, (select count(*) from {{ref "other"}}) as others from ${from} as r`;
  }
}

interface World {
  readonly models: Record<string, Model>;
  seed: readonly (readonly [number, number, number, number])[];
  /** So many rows has a second seed, of which no column is ever read. */
  others: number;
  /** What is run before the build. */
  readonly commands: string[];
}

function start(): World {
  const model = (read: string, more: Partial<Model> = {}): Model => ({
    kind: 'table',
    read,
    made: { a: 'a', b: 'b', c: 'c' },
    shape: 'plain',
    ...more,
  });
  return {
    models: {
      m0: model('seed'),
      m1: model('m0', { kind: 'view' }),
      m2: model('m1', { made: { a: 'a' }, shape: 'cross' }),
      m3: model('m1', { kind: 'ephemeral', made: { a: 'b', b: 'c' } }),
      m4: model('m3', { made: { b: 'b', a: '7' } }),
      m5: model('m0', { made: { a: 'b', b: 'b' }, shape: 'where' }),
      m6: model('m5', { made: { a: 'a' }, shape: 'star' }),
    },
    seed: [
      [1, 1, 5, 2],
      [2, 3, 1, 4],
      [3, 2, 3, 3],
      [4, 3, 3, 1],
    ],
    others: 2,
    commands: [],
  };
}

type Edit = (world: World) => void;

const change =
  (name: string, more: (model: Model) => Partial<Model>): Edit =>
  (world) => {
    const model = world.models[name];
    if (model !== undefined) world.models[name] = { ...model, ...more(model) };
  };

const others =
  (rows: number): Edit =>
  (world) =>
    void (world.others = rows);

const some = fc.constantFrom(...names);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(some, fc.constantFrom(...columns), fc.constantFrom(...expressions))
      .map(([name, column, expression]) => change(name, ({ made }) => ({ made: { ...made, [column]: expression } }))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(some, fc.constantFrom(...columns))
      .map(([name, column]) =>
        change(name, ({ made }) => ({ made: Object.fromEntries(Object.entries(made).filter(([other]) => other !== column)) })),
      ),
  },
  { weight: 2, arbitrary: some.map((name) => change(name, ({ made }) => ({ made: Object.fromEntries(Object.entries(made).reverse()) }))) },
  { weight: 3, arbitrary: fc.tuple(some, fc.constantFrom(...shapes)).map(([name, shape]) => change(name, () => ({ shape }))) },
  fc.tuple(some, fc.constantFrom('view', 'table', 'ephemeral')).map(([name, kind]) => change(name, () => ({ kind }))),
  fc.tuple(fc.constantFrom('m2', 'm4', 'm5'), fc.constantFrom('m0', 'm1', 'seed')).map(([name, read]) => change(name, () => ({ read }))),
  fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 6 }).map(
    (seed): Edit =>
      (world) =>
        void (world.seed = seed),
  ),
  fc.integer({ min: 1, max: 3 }).map(others),
  fc.constantFrom('build -s m0', 'run -s m1 m0', 'build -s m0+1', 'run -s m5', 'build -s m4').map(
    (line): Edit =>
      (world) =>
        void world.commands.push(line),
  ),
);

function filesOf({ models, seed, others: rows }: World): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'seeds/seed.csv': `id,a,b,c\n${seed.map((row) => row.join(',')).join('\n')}\n`,
    'seeds/other.csv': `x\n${'1\n'.repeat(rows)}`,
  };
  for (const [name, model] of Object.entries(models)) files[`models/${name}.sql`] = textOf(model);
  return files;
}

/** Two columns that some read and others do not, whatever chance brings. */
const surely: readonly Edit[][] = [
  [change('m0', ({ made }) => ({ made: { ...made, c: 'c + 1' } }))],
  [change('m0', ({ made }) => ({ made: { ...made, b: 'b * 2' } }))],
];

/** A column that one of these does not read, and rows that it reads no column of. */
const together: readonly Edit[][] = [[change('m0', ({ made }) => ({ made: { ...made, c: 'c + 1' } })), others(3)]];

describe.each(useProjectEngines())('builds that follow columns on $name', (engine) => {
  it('leave what one build from nothing makes', { timeout: 60_000 + rounds * 60_000 }, async () => {
    let left = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 6 }), async (steps) => {
        let world = start();
        const [project, whole] = [await engine.project({}), await openWhole(engine)];
        const worlds: string[] = [];
        for (const [at, edits] of [[], ...steps].entries()) {
          const before = structuredClone(world);
          for (const apply of edits) apply(world);
          whole.write(filesOf(world));
          // What no engine takes is no edit.
          if ((await whole.tx('build --full-refresh')).exit !== 0) {
            world = before;
            continue;
          }
          worlds.push(JSON.stringify(world));
          project.write(filesOf(world));
          for (const line of world.commands.splice(0)) if (at > 0) await project.tx(line);
          const { text } = await project.tx('plan --explain');
          left += text.split('reads none of the changed columns').length - 1;
          const { exit, text: told } = await project.tx('build');
          if (exit !== 0) throw new Error(`after\n${worlds.join('\n')}\n${told}`);
          for (const [name, { kind }] of Object.entries(world.models))
            if (kind !== 'ephemeral')
              expect(await rowsAsText(project, `main.${name}`), `${name} after\n${worlds.join('\n')}`).toBe(
                await rowsAsText(whole, `whole.${name}`),
              );
        }
      }),
      { numRuns: rounds + 1, examples: [[surely]], endOnFailure: process.env['TX_ROUNDS'] === undefined },
    );
    expect(left).toBeGreaterThan(rounds / 5);
  });

  it('in an environment leave, once it is promoted, what one build from nothing makes', { timeout: 60_000 + rounds * 60_000 }, async () => {
    let left = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 6 }), async (steps) => {
        let world = start();
        const [project, whole] = [await engine.project({}), await openWhole(engine)];
        project.write(filesOf(world));
        const worlds = [JSON.stringify(world)];
        const ran = async (line: string): Promise<string> => {
          const { exit, text } = await project.tx(line);
          if (exit !== 0) throw new Error(`${line} after\n${worlds.join('\n')}\n${text}`);
          return text;
        };
        await ran('build');
        for (const edits of steps) {
          const before = structuredClone(world);
          for (const apply of edits) apply(world);
          world.commands.splice(0);
          whole.write(filesOf(world));
          // What no engine takes is no edit.
          if ((await whole.tx('build --full-refresh')).exit !== 0) {
            world = before;
            continue;
          }
          worlds.push(JSON.stringify(world));
          project.write(filesOf(world));
          const told = await ran('build --env pr');
          left += told.includes('left to target dev') ? 1 : 0;
          if (!told.includes('nothing of it differs')) await ran('promote pr');
          for (const [name, { kind }] of Object.entries(world.models))
            if (kind !== 'ephemeral')
              expect(await rowsAsText(project, `main.${name}`), `${name} after\n${worlds.join('\n')}`).toBe(
                await rowsAsText(whole, `whole.${name}`),
              );
          expect(await ran('build'), `after\n${worlds.join('\n')}`).not.toMatch(/\d ok/);
        }
      }),
      { numRuns: rounds + 1, examples: [[together]], endOnFailure: process.env['TX_ROUNDS'] === undefined },
    );
    if (rounds >= 10) expect(left).toBeGreaterThan(rounds / 5);
  });
});
