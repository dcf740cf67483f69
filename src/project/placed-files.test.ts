import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { disk } from './disk.ts';
import type { FileSystem } from './file-system.ts';
import { placedFiles } from './placed-files.ts';

function folder(): string {
  const root = mkdtempSync(join(tmpdir(), 'tx-places-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

type Kind = 'file' | 'folder';

function put(path: string, kind: Kind, text: string): void {
  if (kind === 'file') return writeFileSync(path, text);
  mkdirSync(join(path, 'part=1'), { recursive: true });
  writeFileSync(join(path, 'part=1', 'data'), text);
}

/** What stands at a place; undefined for nothing. */
function at(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const part = join(path, 'part=1', 'data');
  return readFileSync(existsSync(part) ? part : path, 'utf8');
}

const location = 'out/a';
const kinds: readonly (readonly [Kind | undefined, Kind])[] = [
  [undefined, 'file'],
  [undefined, 'folder'],
  ['file', 'file'],
  ['folder', 'folder'],
  ['file', 'folder'],
  ['folder', 'file'],
];

describe.each(kinds)('a place with %s that is to have a %s', (before, after) => {
  const start = (root: string): string => {
    const path = join(root, location);
    if (before !== undefined) {
      mkdirSync(join(root, 'out'));
      put(path, before, 'old');
    }
    return path;
  };
  const old = before === undefined ? undefined : 'old';

  it('has it once it is published, and nothing beside it', () => {
    const root = folder();
    const path = start(root);
    const places = placedFiles(disk, root);
    const seen = places.seen(location);
    // Of another size: clocks of file systems tick every few milliseconds.
    put(places.prepare(location), after, 'newer');
    expect(at(path)).toBe(old);
    places.publish(location);
    expect(at(path)).toBe('newer');
    places.settle(location);
    expect(readdirSync(join(root, 'out'))).toEqual(['a']);
    expect(places.seen(location)).not.toBe(seen);
    expect(placedFiles(disk, root).seen(location)).toBe(places.seen(location));
  });

  it('has what was there where it is taken back, before and after', () => {
    for (const isPublished of [false, true]) {
      const root = folder();
      const path = start(root);
      const places = placedFiles(disk, root);
      const seen = places.seen(location);
      put(places.prepare(location), after, 'new');
      if (isPublished) places.publish(location);
      places.undo(location);
      expect(at(path)).toBe(old);
      expect(places.seen(location)).toBe(seen);
      expect(readdirSync(join(root, 'out'))).toEqual(before === undefined ? [] : ['a']);
    }
  });

  it('has old or new after a death at any step, once somebody looks', () => {
    for (let steps = 0; steps < 8; steps += 1) {
      const root = folder();
      const path = start(root);
      let left = steps;
      const mortal = <A extends readonly unknown[]>(act: (...args: A) => void) => {
        return (...args: A): void => {
          left -= 1;
          if (left < 0) throw new Error('dead');
          act(...args);
        };
      };
      const dying: FileSystem = { ...disk, move: mortal(disk.move), link: mortal(disk.link), remove: mortal(disk.remove) };
      let isDone = false;
      try {
        const places = placedFiles(dying, root);
        put(places.prepare(location), after, 'new');
        places.publish(location);
        isDone = true;
        places.settle(location);
      } catch {
        // As a process that is gone leaves it.
      }
      // A file is there at any time; a folder may be on its way.
      if (before === 'file' && after === 'file') expect(at(path)).not.toBe(undefined);
      placedFiles(disk, root).mend(location);
      expect([old, 'new']).toContain(at(path));
      if (isDone) expect(at(path)).toBe('new');
      expect(existsSync(join(root, 'out')) ? readdirSync(join(root, 'out')).filter((name) => name !== 'a') : []).toEqual([]);
    }
  });
});

describe('a file that is replaced', () => {
  it('is read to its end by who has opened it', () => {
    const root = folder();
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, location), 'old');
    const reader = openSync(join(root, location), 'r');
    const places = placedFiles(disk, root);
    writeFileSync(places.prepare(location), 'new');
    places.publish(location);
    places.settle(location);
    expect(readFileSync(reader, 'utf8')).toBe('old');
    closeSync(reader);
  });

  it('is told from one that somebody else has written, with as many bytes', () => {
    const root = folder();
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, location), 'old');
    const seen = placedFiles(disk, root).seen(location);
    disk.touch(join(root, location), 1_000_000);
    expect(placedFiles(disk, root).seen(location)).not.toBe(seen);
  });
});
