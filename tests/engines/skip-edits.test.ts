/** Whatever is edited in whatever order: what builds that skip leave is what one build from nothing makes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
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
  /** Statements of somebody else that the next build has to find. */
  readonly meddling: string[];
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
  fc.constantFrom(...names).map((name): Edit => (world) => {
    const { kind } = world.models[name] ?? { kind: 'ephemeral' };
    if (kind !== 'ephemeral') world.meddling.push(`drop ${kind} if exists main.${name}`);
    if (kind !== 'ephemeral') world.meddling.push(`-- ${name}`);
  }),
  fc.constantFrom(...names).map(
    (name): Edit =>
      (world) =>
        void (world.models[name]?.kind === 'table' && world.meddling.push(`alter table if exists main.${name} add column meddled integer`)),
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
  'drop table if exists raw.raw cascade',
  `create table raw.raw as select i as id, i * 7 as v from generate_series(1, ${rows}) as g(i)`,
];

/** Both ways, in one connection: an error tells of rows that only one of the two has. */
function compare(world: World, whole: string): readonly string[] {
  const relations = [...names.filter((name) => world.models[name]?.kind !== 'ephemeral'), 'log_so_far', 'seed', 'log'];
  const both = (name: string, a: string, b: string): string =>
    `select '${name}' as name, count(*) as n from (select * from ${a}main.${name} except all select * from ${b}main.${name})`;
  return [
    `attach '${whole}' as whole (read_only)`,
    ...relations.map(
      (name) =>
        `select case when sum(n) > 0 then error('${name} is another') end from (${both(name, '', 'whole.')} union all ${both(name, 'whole.', '')})`,
    ),
    'detach whole',
  ];
}

async function ok(project: EngineProject, line: string): Promise<void> {
  const { exit, text } = await project.tx(line);
  if (exit !== 0) throw new Error(`${line}\n${text}`);
}

/** How many nodes the last run left as they are. */
function unchangedIn(project: EngineProject): number {
  // The form of dbt's artifact.
  const { results } = JSON.parse(project.read('target/run_results.json')) as { readonly results: readonly { readonly status: string }[] };
  return results.filter(({ status }) => status === 'no-op').length;
}

describe('builds that skip', () => {
  const [engine] = useProjectEngines();

  it('leave what one build from nothing makes', { timeout: 60_000 + rounds * 60_000 }, async () => {
    let skipped = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 4 }), async (steps) => {
        const world = start();
        const project = await engine?.project({});
        if (project === undefined) throw new Error('no engine');
        const [, target = ''] = /dev: (\{.*\})/.exec(project.read('project.yaml')) ?? [];
        const whole = target.replace('warehouse.duckdb', 'full.duckdb');
        const [[path] = []] = await project.rows('select path from duckdb_databases() where database_name = current_database()');
        const file = String(path).replace('warehouse.duckdb', 'full.duckdb');
        const worlds: string[] = [];
        for (const [at, edits] of [[], ...steps].entries()) {
          for (const apply of edits) apply(world);
          worlds.push(JSON.stringify(world));
          project.write({
            'project.yaml': `name: shop\ndefault_target: dev\nvars: { more: ${world.variable} }\ntargets:\n  dev: ${target}\n  full: ${whole}\n`,
            ...filesOf(world),
          });
          await project.run(...rawTable(world.raw));
          await project.run(
            ...world.meddling.splice(0).map((sql) => sql.replace(/^drop (view|table) (if exists \S+)$/, 'drop $1 $2 cascade')),
          );
          for (const line of world.commands.splice(0)) if (at > 0) await ok(project, line);
          await ok(project, 'build');
          skipped += unchangedIn(project);
          await project.run(
            `attach '${file}' as whole`,
            ...rawTable(world.raw).map((sql) => sql.replaceAll('raw.raw', 'whole.raw.raw').replace('exists raw', 'exists whole.raw')),
            'detach whole',
          );
          await ok(project, 'build --target full --full-refresh');
          await project.run(...compare(world, file)).catch((cause: unknown) => {
            throw new Error(`after\n${worlds.join('\n')}`, { cause });
          });
          project.remove('full.duckdb');
        }
      }),
      { numRuns: rounds, endOnFailure: process.env['TX_ROUNDS'] === undefined },
    );
    expect(skipped).toBeGreaterThan(rounds);
  });
});
