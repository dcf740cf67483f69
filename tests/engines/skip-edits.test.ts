/** Whatever is edited in whatever order: what builds that skip leave is what one build from nothing makes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openWhole, rowsAsText, useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

/** More where somebody has the time: `TX_ROUNDS=200`. */
const rounds = Number(process.env['TX_ROUNDS'] ?? 1);

const kinds = ['view', 'table', 'ephemeral'] as const;

/** A model: what it is, what it reads, and what it does with that. */
interface Model {
  readonly kind: (typeof kinds)[number];
  readonly reads: readonly string[];
  readonly add: number;
  readonly least: number;
  readonly remark: number;
  readonly star: boolean;
}

interface World {
  readonly models: Record<string, Model>;
  seed: readonly number[];
  /** Rows are added and never changed. */
  log: number;
  /** Rows of a table that somebody else fills. */
  raw: number;
  macro: number;
  variable: number;
  description: number;
  /** What somebody else does that the next build has to find: a table gets a column, a view another query. */
  readonly meddling: { readonly name: string; readonly how: 'drop' | 'alter' }[];
  /** What is run before the build. */
  readonly commands: string[];
}

const names = ['m0', 'm1', 'm2', 'm3', 'm4', 'm5'];

function start(): World {
  const models: Record<string, Model> = {};
  const base = { add: 0, least: 0, remark: 0, star: false };
  models['m0'] = { ...base, kind: 'view', reads: ['seed'] };
  models['m1'] = { ...base, kind: 'table', reads: ['m0'] };
  models['m2'] = { ...base, kind: 'ephemeral', reads: ['m0', 'log_so_far'] };
  models['m3'] = { ...base, kind: 'table', reads: ['m1', 'm2'] };
  models['m4'] = { ...base, kind: 'view', reads: ['m3', 'raw'], star: true };
  models['m5'] = { ...base, kind: 'table', reads: ['m4'] };
  return { models, seed: [1, 2, 3], log: 2, raw: 1, macro: 0, variable: 0, description: 0, meddling: [], commands: [] };
}

const relation = (name: string): string =>
  name === 'raw' ? '{{source "raw" "raw"}}' : name === 'seed' ? '{{ref "seed"}}' : `{{ref "${name}"}}`;

function filesOf(world: World): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'seeds/seed.csv': `id,v\n${world.seed.map((id) => `${id},${id * 10}`).join('\n')}\n`,
    'seeds/log.csv': `id,v\n${Array.from({ length: world.log }, (_, id) => `${id + 100},${id}`).join('\n')}\n`,
    'models/log_so_far.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "log"}}',
    'models/raw.yaml': `sources: [{ name: raw, schema: raw, tables: [{ name: raw }] }]\nmodels: [{ name: m1, description: "${world.description}" }]`,
    'macros/plus.sql': `{{#macro "plus" "x"}}{{x}} + ${world.macro} + {{var "more"}}{{/macro}}`,
  };
  for (const [name, { kind, reads, add, least, remark, star }] of Object.entries(world.models)) {
    const parts = reads.map((read) => `select ${star ? '*' : 'id, v'} from ${relation(read)}`);
    files[`models/${name}.sql`] =
      `{{config materialized="${kind}"}}\n${'-- a remark\n'.repeat(remark)}select id,${' '.repeat(remark + 1)}` +
      `{{plus "v"}} + ${add} as v from (${parts.join(' union all ')}) as q where id >= ${least}`;
  }
  return files;
}

type Edit = (world: World) => void;

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 3 })).map(([name, add]) => change(name, { add })) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 3 })).map(([name, least]) => change(name, { least })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 3 })).map(([name, remark]) => change(name, { remark })),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...names), fc.constantFrom(...kinds)).map(([name, kind]) => change(name, { kind })) },
  fc
    .tuple(fc.constantFrom('m3', 'm5'), fc.subarray(['m0', 'm1', 'm2', 'log_so_far', 'seed', 'raw'], { minLength: 1, maxLength: 2 }))
    .map(([name, reads]) => change(name, { reads })),
  fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1 }).map(
    (seed): Edit =>
      (world) =>
        void (world.seed = seed),
  ),
  fc.constant<Edit>((world) => void (world.log += 1)),
  fc.constant<Edit>((world) => void (world.raw += 1)),
  fc.constant<Edit>((world) => void (world.macro += 1)),
  fc.constant<Edit>((world) => void (world.variable += 1)),
  fc.constant<Edit>((world) => void (world.description += 1)),
  fc.constant<Edit>(() => undefined),
  fc.tuple(fc.constantFrom(...names), fc.constantFrom('drop', 'alter')).map(
    ([name, how]): Edit =>
      (world) =>
        void world.meddling.push({ name, how }),
  ),
  fc.constantFrom('run -s m1', 'run -s m0 m3', 'seed', 'build -s m4', 'build -s m3+', 'run', 'build --force -s m5').map(
    (line): Edit =>
      (world) =>
        void world.commands.push(line),
  ),
);

const change =
  (name: string, more: Partial<Model>): Edit =>
  (world) => {
    const model = world.models[name];
    if (model !== undefined) world.models[name] = { ...model, ...more };
  };

const rawTable = (rows: number): readonly string[] => [
  'create schema if not exists raw',
  'create table if not exists raw.raw (id integer, v integer)',
  'delete from raw.raw',
  `insert into raw.raw select i as id, i * 7 as v from generate_series(1, ${rows}) as g(i)`,
];

/** By what stands, which may be of another kind than the project says by now. */
async function meddle(project: EngineProject, name: string, how: 'drop' | 'alter'): Promise<void> {
  const columns = await project.rows(
    `select t.table_type, c.column_name, c.data_type from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
      where table_schema = 'main' and table_name = '${name}' order by c.ordinal_position`,
  );
  const [first] = columns;
  if (first === undefined) return;
  const isView = first[0] === 'VIEW';
  const other = columns.map(([, column, type]) => `cast(-1 as ${String(type)}) as ${String(column)}`).join(', ');
  if (how === 'drop') await project.run(`drop ${isView ? 'view' : 'table'} main.${name} cascade`);
  else
    await project.run(
      isView ? `create or replace view main.${name} as select ${other}` : `alter table main.${name} add column meddled integer`,
    );
}

async function ok(project: EngineProject, line: string): Promise<void> {
  const { exit, text } = await project.tx(line);
  if (exit !== 0) throw new Error(`${line}\n${text}`);
}

/** How many nodes the last run left as they are, and how many it built. */
function countsOf(project: EngineProject): { readonly left: number; readonly built: number } {
  // The form of dbt's artifact.
  const { results } = JSON.parse(project.read('target/run_results.json')) as { readonly results: readonly { readonly status: string }[] };
  const count = (wanted: string): number => results.filter(({ status }) => status === wanted).length;
  return { left: count('no-op'), built: count('success') };
}

describe.each(useProjectEngines())('builds that skip on $name', (engine) => {
  it('leave what one build from nothing makes', { timeout: 60_000 + rounds * 60_000 }, async () => {
    let [skipped, mixed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 4 }), async (steps) => {
        const world = start();
        const [project, whole] = [await engine.project({}), await openWhole(engine)];
        const settings = [project, whole].map((one) => one.read('project.yaml'));
        const worlds: string[] = [];
        // Where queries may be respelled, one that seems to be another is not believed twice in a row.
        const altered = new Set<string>();
        for (const [at, edits] of [[], ...steps].entries()) {
          for (const apply of edits) apply(world);
          worlds.push(JSON.stringify(world));
          for (const [which, one] of [project, whole].entries())
            one.write({ 'project.yaml': `${settings[which]}vars: { more: ${world.variable} }\n`, ...filesOf(world) });
          for (const one of [project, whole]) await one.run(...rawTable(world.raw));
          for (const { name, how } of world.meddling.splice(0)) {
            const isTwice = engine.adapter.capabilities.respellsViews && altered.has(name);
            if (how === 'alter') altered.add(name);
            if (how === 'drop' || !isTwice) await meddle(project, name, how);
          }
          for (const line of world.commands.splice(0)) if (at > 0) await ok(project, line);
          await ok(project, 'build');
          const { left, built } = countsOf(project);
          skipped += left;
          if (left > 0 && built > 0) mixed += 1;
          await ok(whole, 'build --full-refresh');
          const relations = [...names.filter((name) => world.models[name]?.kind !== 'ephemeral'), 'log_so_far', 'seed', 'log'];
          for (const name of relations)
            expect(await rowsAsText(project, `main.${name}`), `${name} after\n${worlds.join('\n')}`).toBe(
              await rowsAsText(whole, `whole.${name}`),
            );
        }
      }),
      { numRuns: rounds, endOnFailure: process.env['TX_ROUNDS'] === undefined },
    );
    expect(skipped).toBeGreaterThan(rounds);
    // Something was built beside what was not.
    expect(mixed).toBeGreaterThanOrEqual(rounds);
  });
});
