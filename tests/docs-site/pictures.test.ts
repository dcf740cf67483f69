import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/tx.ts';

interface Pictures {
  readonly folder: string;
  readonly frame: { readonly width: number; readonly height: number; readonly scale: number };
  readonly pictures: readonly { readonly name: string }[];
}

// What the script says of itself.
const { folder, frame, pictures } = (await import(pathToFileURL(join(REPOSITORY, 'scripts', 'screenshots.mjs')).href)) as Pictures;

const shown = [...readFileSync(join(REPOSITORY, 'README.md'), 'utf8').matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)].map(
  ([, text = '', path = '']) => ({ text, path }),
);

describe('the pictures of the README', () => {
  it('are those that the script takes, and each says in words what it shows', () => {
    expect(shown.map(({ path }) => path).sort()).toEqual(pictures.map(({ name }) => `${folder}/${name}.png`).sort());
    expect(readdirSync(join(REPOSITORY, folder)).sort()).toEqual(pictures.map(({ name }) => `${name}.png`).sort());
    for (const { text } of shown) expect(text.length).toBeGreaterThan(40);
  });

  it('have the size that the script gives them, and are not heavy', () => {
    for (const { path } of shown) {
      const bytes = readFileSync(join(REPOSITORY, path));
      expect(bytes.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
      const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
      expect({ path, width, height }).toEqual({ path, width: frame.width * frame.scale, height: frame.height * frame.scale });
    }
    expect(shown.reduce((sum, { path }) => sum + statSync(join(REPOSITORY, path)).size, 0)).toBeLessThan(600 * 1024);
  });
});
