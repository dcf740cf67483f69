import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soundProject } from '../compile/edits-fixture.ts';
import type { FileSystem, NewFile } from '../project/file-system.ts';
import type { MemoryFile, MemoryFiles } from '../project/memory-files.ts';
import type { LoadOptions } from './cache-fixture.ts';
import { load, projectFiles, root, visible } from './cache-fixture.ts';
import { CacheDamaged } from './damaged.ts';

const build = 'b1';
const folder = `${root}/target/cache/`;
const changed = 'models/a/m2.sql';

const cacheOf = (memory: MemoryFiles): ReadonlyMap<string, MemoryFile> =>
  new Map([...memory.content].filter(([path]) => path.startsWith(folder)));

function replaceCache(memory: MemoryFiles, cache: ReadonlyMap<string, MemoryFile>): void {
  for (const path of cacheOf(memory).keys()) memory.content.delete(path);
  for (const [path, content] of cache) memory.content.set(path, content);
}

function edit(memory: MemoryFiles, path: string, text: string): void {
  memory.clock += 1000;
  memory.writeAtomic(`${root}/${path}`, text);
}

/** What a command sees; where the cache turns out to be damaged while it looks, it starts over as commands do. */
async function seen(memory: MemoryFiles, options: LoadOptions = { build }, files: FileSystem = memory): Promise<unknown> {
  const loaded = await load(memory, options, files);
  try {
    return visible(loaded);
  } catch (cause) {
    if (!(cause instanceof CacheDamaged)) throw cause;
    loaded.dropCache();
    return visible(await load(memory, options, files));
  }
}

const bare = async (memory: MemoryFiles): Promise<unknown> => visible(await load(memory));

/** A project with a cache of two segments and a file of changes. */
async function keptProject(): Promise<MemoryFiles> {
  const memory = projectFiles(soundProject);
  await load(memory, { build });
  edit(memory, changed, 'select * from {{ref "m0"}} where id > 2\n');
  await load(memory, { build });
  memory.clock += 1000;
  return memory;
}

class Killed extends Error {}

/** A file system on which `fail` decides at each change, counted from 0, whether it still happens. */
function failing(files: FileSystem, fail: (change: number) => void): FileSystem {
  let changes = 0;
  const change = (): void => {
    changes += 1;
    fail(changes - 1);
  };
  const guarded = (file: NewFile): NewFile => ({
    get size() {
      return file.size;
    },
    read: file.read,
    mtimeMs: file.mtimeMs,
    close: file.close,
    write: (bytes) => {
      change();
      file.write(bytes);
    },
    keep: () => {
      change();
      file.keep();
    },
  });
  return {
    ...files,
    create: (path) => {
      change();
      return guarded(files.create(path));
    },
    writeAtomic: (path, content) => {
      change();
      files.writeAtomic(path, content);
    },
    remove: (path) => {
      change();
      files.remove(path);
    },
    touch: (path, timeMs) => {
      change();
      files.touch(path, timeMs);
    },
  };
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

describe('a cache that is damaged', () => {
  it('has all its kinds of files in these tests', async () => {
    const names = [...cacheOf(await keptProject()).keys()].map((path) => path.slice(folder.length).replace(/^[0-9a-f]{12}(-\w+)?/, ''));
    expect(names.sort()).toEqual(['.changes', '.columns', '.texts', '.texts', 'project.json']);
  });

  const damages: Readonly<Record<string, (bytes: Uint8Array, at: number) => Uint8Array>> = {
    'cut off': (bytes, at) => bytes.slice(0, at),
    empty: () => new Uint8Array(),
    'full of zeros': (bytes) => new Uint8Array(bytes.length),
    'changed in one byte': (bytes, at) => bytes.map((byte, place) => (place === at ? byte ^ 0x55 : byte)),
    longer: (bytes) => new Uint8Array([...bytes, 1, 2, 3]),
    'something else': () => new TextEncoder().encode('{"hello": "world"}\n'),
    'of a newer form': (bytes) => {
      const text = new TextDecoder('latin1').decode(bytes).replace('tx columns 1', 'tx columns 2');
      return Uint8Array.from(text, (character) => character.charCodeAt(0));
    },
  };

  it('is made anew, without a word', async () => {
    const memory = await keptProject();
    const cache = cacheOf(memory);
    const expected = await bare(memory);
    const place = fc.record({
      path: fc.constantFrom(...cache.keys()),
      how: fc.constantFrom(...Object.keys(damages)),
      at: fc.double({ min: 0, max: 0.9999, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 2 }), fc.boolean(), async (places, isEdited) => {
        replaceCache(memory, cache);
        for (const { path, how, at } of places) {
          const content = cache.get(path);
          const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(String(content));
          memory.content.set(path, damages[how]?.(bytes, Math.floor(at * bytes.length)) ?? bytes);
        }
        if (isEdited) memory.clock += 1000;
        expect(await seen(memory)).toEqual(expected);
        expect(await seen(memory)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('is made anew when a part of it is missing', async () => {
    const memory = await keptProject();
    const expected = await bare(memory);
    const cache = cacheOf(memory);
    for (const path of cache.keys()) {
      replaceCache(memory, cache);
      memory.content.delete(path);
      expect(await seen(memory)).toEqual(expected);
    }
  });

  it('is no reason to fail where the disk does not give it back', async () => {
    const memory = await keptProject();
    const expected = await bare(memory);
    const cache = cacheOf(memory);
    // From the first piece on, as a folder in the place of a file does; or later.
    for (const [path, from] of [...cache.keys()].flatMap((name) => [0, 2].map((first) => [name, first] as const))) {
      replaceCache(memory, cache);
      let reads = 0;
      const failingReads: FileSystem = {
        ...memory,
        open: (name) => {
          const file = memory.open(name);
          const read = (position: number, length: number): Uint8Array<ArrayBuffer> => {
            reads += 1;
            if (reads > from) throw systemError('EIO');
            return file.read(position, length);
          };
          return name === path ? { ...file, read } : file;
        },
      };
      expect(await seen(memory, { build }, failingReads), `${path} ${from}`).toEqual(expected);
    }
  });

  it('is made anew by another build, and is of no use to the former one', async () => {
    const memory = await keptProject();
    const expected = await bare(memory);
    expect((await load(memory, { build: 'b2' })).counts.read).toBe(
      Object.keys(soundProject).filter((path) => !path.startsWith('seeds/') || !path.endsWith('.csv')).length,
    );
    expect(await seen(memory, { build })).toEqual(expected);
    expect((await load(memory, { build })).counts.read).toBe(0);
  });
});

describe('a process that is killed while it writes the cache', () => {
  it.each(['into nothing', 'into a cache that is there'])('%s leaves a cache that is whole, or none', async (how) => {
    for (let last = 0; ; last += 1) {
      const memory = how === 'into nothing' ? projectFiles(soundProject) : await keptProject();
      edit(memory, changed, 'select 3 as id\n');
      let isKilled = false;
      const kill = (change: number): void => {
        if (change < last) return;
        isKilled = true;
        throw new Killed();
      };
      await load(memory, { build }, failing(memory, kill)).catch((cause: unknown) => {
        if (!(cause instanceof Killed)) throw cause;
      });
      expect(await seen(memory)).toEqual(await bare(memory));
      edit(memory, changed, 'select 4 as id\n');
      expect(await seen(memory)).toEqual(await bare(memory));
      if (isKilled) continue;
      expect(last).toBeGreaterThan(3);
      return;
    }
  });
});

describe('two processes at once', () => {
  it('do not spoil each other, whoever of them finishes when', async () => {
    for (let meeting = 0; ; meeting += 1) {
      const memory = await keptProject();
      edit(memory, changed, 'select 5 as id\n');
      edit(memory, 'models/b/n0.sql', 'select 6 as id\n');
      const before = cacheOf(memory);
      await load(memory, { build });
      const other = cacheOf(memory);
      replaceCache(memory, before);
      let hasMet = false;
      const meet = (change: number): void => {
        if (change !== meeting) return;
        hasMet = true;
        // The other process leaves what it wrote, beside what this one wrote so far.
        for (const [path, content] of other) memory.content.set(path, content);
      };
      expect(await seen(memory, { build }, failing(memory, meet))).toEqual(await bare(memory));
      expect(await seen(memory)).toEqual(await bare(memory));
      if (!hasMet) return;
    }
  });
});

describe('a folder that cannot be written to', () => {
  it.each(['EROFS', 'EACCES', 'ENOSPC'])('is no reason to fail: %s', async (code) => {
    for (const from of [0, 1, 2, 3]) {
      const memory = projectFiles(soundProject);
      const full = failing(memory, (change) => {
        if (change >= from) throw systemError(code);
      });
      expect(await seen(memory, { build }, full)).toEqual(await bare(memory));
      edit(memory, changed, 'select 7 as id\n');
      expect(await seen(memory, { build }, full)).toEqual(await bare(memory));
    }
  });

  it('still holds a cache that is read', async () => {
    const memory = await keptProject();
    // What was written just before it was read has to be read once more.
    expect((await load(memory, { build })).counts.read).toBe(1);
    const frozen = failing(memory, () => {
      throw systemError('EROFS');
    });
    expect((await load(memory, { build }, frozen)).counts.read).toBe(0);
    edit(memory, changed, 'select 8 as id\n');
    const { counts } = await load(memory, { build }, frozen);
    expect({ read: counts.read, templates: counts.templates }).toEqual({ read: 1, templates: 1 });
    expect(await seen(memory, { build }, frozen)).toEqual(await bare(memory));
  });
});

describe('a secret', () => {
  const yaml = (password: string): string => `name: shop
targets:
  dev: { type: duckdb, path: 'md:shop?motherduck_token=${password}', database: shop, schema: main }
`;

  it.each([
    ['from the environment', yaml('${TOKEN}'), 'env'],
    ['from .env', yaml('${TOKEN}'), '.env'],
    ['in project.yaml itself', yaml('canary-4711'), 'file'],
  ])('%s is nowhere in the cache', async (_, text, where) => {
    const memory = projectFiles({ ...soundProject, ...(where === '.env' ? { '.env': 'TOKEN=canary-4711\n' } : {}) }, text);
    const env: Record<string, string> = where === 'env' ? { TOKEN: 'canary-4711' } : {};
    await load(memory, { build, env });
    await load(memory, { build, env });
    const cache = cacheOf(memory);
    expect(cache.size).toBeGreaterThan(1);
    for (const content of cache.values()) {
      const kept = content instanceof Uint8Array ? new TextDecoder('latin1').decode(content) : JSON.stringify(content);
      expect(kept).not.toContain('canary-4711');
      expect(kept).not.toContain('4711');
    }
  });

  it('that templates can see, as part of an address, leaves nothing in the cache', async () => {
    const target = "{ type: duckdb, path: a.duckdb, schema: main, database: 'https://ann:${TOKEN}@host/db' }";
    const memory = projectFiles({ 'models/m.sql': `select '{{target.database}}' as a\n` }, `name: shop\ntargets:\n  dev: ${target}\n`);
    const loaded = await load(memory, { build, env: { TOKEN: 'canary-4711' } });
    expect(JSON.stringify(visible(loaded))).toContain('canary-4711');
    expect(cacheOf(memory)).toEqual(new Map());
  });
});
