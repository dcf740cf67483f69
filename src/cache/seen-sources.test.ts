import { describe, expect, it } from 'vitest';
import { bug } from '../diagnostics/bug.ts';
import { memoryFiles } from '../project/memory-files.ts';
import { seenSources } from './seen-sources.ts';

const folder = '/project/target/cache';
const visits = [{ relation: { schema: 'raw', name: 'visits' }, columns: [{ name: 'id', type: 'INTEGER' }] }];

describe('sources that were seen', () => {
  it('are kept for that target and that build', () => {
    const files = memoryFiles({});
    const at = { target: 'one', build: 'b1' };
    seenSources(files, folder, at).keep(visits);
    expect(seenSources(files, folder, at).read()).toEqual(visits);
    expect(seenSources(files, folder, { ...at, target: 'two' }).read()).toEqual([]);
    expect(seenSources(files, folder, { ...at, build: 'b2' }).read()).toEqual([]);
    seenSources(files, folder, at).keep([]);
    expect(seenSources(files, folder, at).read()).toEqual([]);
  });

  it('are not known where the file is cut off, damaged or cannot be written', () => {
    const files = memoryFiles({});
    const at = { target: 'one', build: 'b1' };
    seenSources(files, folder, at).keep(visits);
    const path = [...files.content.keys()].find((name) => name.includes('sources-')) ?? bug('nothing was kept');
    const text = new TextDecoder().decode(files.readBytes(path));
    for (const damaged of [text.slice(0, -5), text.slice(0, 4), text.replace('visits', 'visitz'), '']) {
      files.writeAtomic(path, damaged);
      expect(seenSources(files, folder, at).read(), damaged).toEqual([]);
    }
    expect(() => seenSources({ ...files, writeAtomic: () => bug('full') }, folder, at).keep(visits)).not.toThrow();
  });

  it('are not written again where they are the same', () => {
    const files = memoryFiles({});
    const at = { target: 'one', build: 'b1' };
    seenSources(files, folder, at).keep([]);
    expect(files.content.size).toBe(0);
    seenSources(files, folder, at).keep(visits);
    expect(() => seenSources({ ...files, writeAtomic: () => expect.unreachable() }, folder, at).keep(visits)).not.toThrow();
  });
});
