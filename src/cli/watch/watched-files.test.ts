import { describe, expect, it } from 'vitest';
import { memoryFiles } from '../../project/memory-files.ts';
import type { FileSystem } from '../../project/file-system.ts';
import { watchFiles } from './watched-files.ts';

const root = '/project';

function start(): {
  readonly memory: ReturnType<typeof memoryFiles>;
  readonly watched: ReturnType<typeof watchFiles>;
  readonly asked: string[];
} {
  const memory = memoryFiles({
    'models/a.sql': 'a',
    'models/deep/b.sql': 'b',
    'target/x.sql': 'x',
    'models/link': { link: '/project/target' },
  });
  const asked: string[] = [];
  const disk: FileSystem = {
    ...memory,
    stat: (path) => {
      asked.push(path);
      return memory.stat(path);
    },
    list: (path) => {
      asked.push(path);
      return memory.list(path);
    },
  };
  return { memory, asked, watched: watchFiles(disk, root) };
}

const follows = (path: string): boolean => !path.startsWith('target');

describe('files that somebody watches', () => {
  it('are asked for once, and again after they changed', () => {
    const { memory, watched, asked } = start();
    watched.start(follows);
    const size = (): number | undefined => watched.files.stat(`${root}/models/a.sql`)?.size;
    expect([size(), size(), asked.length]).toEqual([1, 1, 1]);
    memory.writeAtomic(`${root}/models/a.sql`, 'longer');
    expect(size()).toBe(1);
    watched.forget(`${root}/models/a.sql`);
    expect([size(), asked.length]).toEqual([6, 2]);
  });

  it('are looked for anew in a folder where one comes or goes', () => {
    const { memory, watched } = start();
    watched.start(follows);
    const names = (): readonly string[] =>
      watched.files
        .list(`${root}/models`)
        .map(({ name }) => name)
        .toSorted();
    expect(names()).toEqual(['a.sql', 'deep', 'link']);
    expect(watched.files.stat(`${root}/models/c.sql`)).toBeUndefined();
    memory.writeAtomic(`${root}/models/c.sql`, 'c');
    watched.forget(`${root}/models/c.sql`);
    expect(names()).toEqual(['a.sql', 'c.sql', 'deep', 'link']);
    expect(watched.files.stat(`${root}/models/c.sql`)?.size).toBe(1);
  });

  it('are forgotten with the folder that they are in', () => {
    const { memory, watched } = start();
    watched.start(follows);
    watched.files.list(`${root}/models/deep`);
    expect(watched.files.stat(`${root}/models/deep/b.sql`)?.size).toBe(1);
    memory.remove(`${root}/models/deep`);
    watched.forget(`${root}/models/deep`);
    expect(watched.files.stat(`${root}/models/deep/b.sql`)).toBeUndefined();
  });

  it('are asked for each time where nobody watches: elsewhere, behind links, before and after', () => {
    const { watched, asked } = start();
    const ask = (path: string): number => {
      const before = asked.length;
      for (let turn = 0; turn < 3; turn += 1) watched.files.stat(path);
      return asked.length - before;
    };
    expect(ask(`${root}/models/a.sql`)).toBe(3);
    watched.start(follows);
    expect(ask(`${root}/target/x.sql`)).toBe(3);
    expect(ask('/elsewhere')).toBe(3);
    watched.files.list(`${root}/models`);
    expect(ask(`${root}/models/link/x.sql`)).toBe(3);
    expect(ask(`${root}/models/a.sql`)).toBe(1);
    watched.stop();
    expect(ask(`${root}/models/a.sql`)).toBe(3);
  });
});
