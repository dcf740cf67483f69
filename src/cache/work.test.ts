import { describe, expect, it } from 'vitest';
import { soundProject } from '../compile/edits-fixture.ts';
import type { MemoryFiles } from '../project/memory-files.ts';
import type { LoadOptions } from './cache-fixture.ts';
import { load, projectFiles, root, visible } from './cache-fixture.ts';

const build = 'b1';

/** What a command read of the project, by path: not the cache, wherever it may be, and not `.env`, which is read each time. */
async function readsOf(memory: MemoryFiles, options: LoadOptions = {}): Promise<readonly string[]> {
  memory.reads.length = 0;
  visible(await load(memory, { build, ...options }));
  const read = memory.reads.filter((path) => !path.includes('/cache/')).map((path) => path.slice(root.length + 1));
  memory.clock += 3001;
  return read.filter((path) => path !== '.env').sort();
}

/** A project that was loaded before, some time ago. */
async function known(): Promise<MemoryFiles> {
  const memory = projectFiles(soundProject);
  await readsOf(memory);
  return memory;
}

const textsOfProject = Object.keys(soundProject).filter((path) => !path.startsWith('seeds/') || !path.endsWith('.csv'));

describe('a command on a project that was compiled before', () => {
  it('reads every file the first time, and none the second', async () => {
    const memory = projectFiles(soundProject);
    expect(await readsOf(memory)).toEqual([...textsOfProject, 'project.yaml'].sort());
    expect(await readsOf(memory)).toEqual([]);
    const { counts, graph } = await load(memory, { build });
    expect(counts).toEqual({ read: 0, yaml: 0, templates: 0, compiled: 0, stats: textsOfProject.length, nodes: graph.order.length });
    expect(counts.nodes).toBeGreaterThan(15);
  });

  it.each([
    ['a model', 'models/a/m2.sql', 'select 2 as id\n'],
    ['a property file', 'models/a/p.yaml', `${soundProject['models/a/p.yaml']}\n`],
    ['a file of macros', 'macros/one.sql', `\n${soundProject['macros/one.sql']}`],
    ['JavaScript', 'macros/one.js', 'export function twice(a) { return `${a}${a}`; }\n'],
    ['a file of doc blocks', 'docs/d.md', `${soundProject['docs/d.md']}\n`],
    ['a test', 'tests/t0.sql', 'select 1\n'],
    ['a new model', 'models/a/new.sql', 'select * from {{ref "m0"}}\n'],
    ['project.yaml', 'project.yaml', undefined],
  ])('reads %s when that has changed, and nothing else', async (_, path, text) => {
    const memory = await known();
    const before = memory.content.get(`${root}/${path}`);
    memory.writeAtomic(`${root}/${path}`, text ?? `${String(before)}\n`);
    memory.clock += 1000;
    expect(await readsOf(memory)).toEqual([path]);
    expect(await readsOf(memory)).toEqual([]);
    expect(visible(await load(memory, { build }))).toEqual(visible(await load(memory)));
  });

  it('reads nothing when a file is gone, and what has another name now', async () => {
    const memory = await known();
    memory.remove(`${root}/tests/t0.sql`);
    expect(await readsOf(memory)).toEqual([]);
    memory.writeAtomic(`${root}/models/b/renamed.sql`, String(memory.content.get(`${root}/models/b/m3.sql`)));
    memory.remove(`${root}/models/b/m3.sql`);
    expect(await readsOf(memory)).toEqual(['models/b/renamed.sql']);
  });

  it('compiles only what a change reaches', async () => {
    const memory = await known();
    memory.writeAtomic(`${root}/models/a/m2.sql`, 'select 2 as id\n');
    memory.clock += 1000;
    expect((await load(memory, { build })).counts).toMatchObject({ read: 1, yaml: 0, templates: 1, compiled: 1 });
    memory.writeAtomic(`${root}/models/a/m1.sql`, '{{config materialized="ephemeral"}}\nselect 3 as id\n');
    memory.clock += 1000;
    // m2 reads m1 no more; m3 is tested against it, and h0 keeps its history.
    expect((await load(memory, { build })).counts).toMatchObject({ read: 1, yaml: 1, templates: 2, compiled: 3 });
  });

  it('compiles who read a variable of a property file that changes', async () => {
    const memory = await known();
    const write = async (path: string, text: string): Promise<readonly string[]> => {
      memory.writeAtomic(`${root}/${path}`, text);
      memory.clock += 1000;
      return (await load(memory, { build })).compiled;
    };
    await write('models/vars.yaml', 'vars: { low: 1 }\n');
    await write('models/a/reads.sql', 'select {{var "low"}} as low, {{reads "high"}} as high\n');
    await write('models/a/other.sql', 'select {{var "least"}} as least\n');
    expect(await write('models/vars.yaml', 'vars: { low: 1 }\n# more\n')).toEqual(['models/vars.yaml']);
    expect(await write('models/vars.yaml', 'vars: { low: 2 }\n')).toEqual(['models/a/reads.sql', 'models/vars.yaml']);
    expect(await write('models/more.yaml', 'vars: { high: 2 }\n')).toEqual(['models/a/reads.sql', 'models/more.yaml']);
    expect(JSON.stringify(visible(await load(memory, { build })))).toContain('select 2 as low, 2 as high');
    expect(await write('models/vars.yaml', 'vars: { least: 9 }\n')).toContain('models/a/reads.sql');
  });

  it('reads once more what was written in the tick in which it was read', async () => {
    const memory = projectFiles(soundProject);
    memory.tick = 1000;
    const path = `${root}/models/a/m2.sql`;
    memory.writeAtomic(path, 'select 1 as id\n');
    visible(await load(memory, { build }));
    // The same size, the same times, the same file.
    memory.rewrite(path, 'select 9 as id\n');
    expect(JSON.stringify(visible(await load(memory, { build })))).toContain('select 9 as id');
    memory.clock += 1000;
    expect(await readsOf(memory)).toEqual(['models/a/m2.sql']);
    expect(await readsOf(memory)).toEqual([]);
  });

  it('reads what looks changed and is not, once, and compiles nothing', async () => {
    const memory = await known();
    memory.touch(`${root}/models/a/m2.sql`, memory.clock);
    memory.clock += 1000;
    expect((await load(memory, { build })).counts).toMatchObject({ read: 1, templates: 0, compiled: 0 });
    expect(await readsOf(memory)).toEqual([]);
  });

  it('sees other variables, other targets and another environment', async () => {
    const yaml = `name: shop
default_target: dev
targets:
  dev: { type: duckdb, path: warehouse.duckdb, schema: '\${PLACE:-main}', vars: { least: 1 } }
  prod: { type: duckdb, path: warehouse.duckdb, schema: prod }
vars: { least: 3 }
`;
    const memory = projectFiles({ 'models/m.sql': 'select {{var "least"}} as n, {{target.schema}} as s\n' }, yaml);
    const span = { path: '--vars', start: 0, end: 0 };
    const ways: readonly LoadOptions[] = [
      {},
      { target: 'prod' },
      { vars: { least: { value: 7, span } } },
      { env: { PLACE: 'elsewhere' } },
      { target: 'prod', vars: { least: { value: 7, span } } },
    ];
    for (const way of [...ways, ...ways, ...ways.toReversed()]) {
      memory.clock += 1000;
      expect(visible(await load(memory, { ...way, build }))).toEqual(visible(await load(memory, way)));
    }
    const slots = [...memory.content.keys()].filter((path) => path.endsWith('.columns'));
    expect(slots.length).toBeLessThanOrEqual(4);
    expect(slots.length).toBeGreaterThan(2);
  });

  it('reads nothing without a cache but what it would read anyway, and keeps nothing', async () => {
    const memory = projectFiles(soundProject);
    expect(await readsOf(memory, { build: undefined })).toEqual([...textsOfProject, 'project.yaml'].sort());
    expect([...memory.content.keys()].some((path) => path.startsWith(`${root}/target`))).toBe(false);
  });

  it('keeps the cache small, however often something changes', async () => {
    const memory = await known();
    const sizeOf = (): number => {
      const kept = [...memory.content].filter(([path]) => path.startsWith(`${root}/target/cache/`));
      return kept.reduce((sum, [, content]) => sum + (content as Uint8Array | string).length, 0);
    };
    const before = sizeOf();
    for (let turn = 0; turn < 150; turn += 1) {
      memory.writeAtomic(`${root}/models/a/m2.sql`, `select ${turn} as id -- ${'x'.repeat(500)}\n`);
      memory.writeAtomic(`${root}/models/a/extra_${turn}.sql`, `select * from {{ref "m0"}} -- ${'x'.repeat(500)}\n`);
      memory.remove(`${root}/models/a/extra_${turn - 1}.sql`);
      memory.clock += 3_700_000;
      await load(memory, { build, limits: { segments: 8, changes: 256 * 1024, waste: 50 } });
    }
    expect(sizeOf()).toBeLessThan(before * 4);
    expect(visible(await load(memory, { build }))).toEqual(visible(await load(memory)));
  });
});
