import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { locateOffline, offlinePackage, offlineVersion } from './offline-package.ts';

const root = mkdtempSync(join(tmpdir(), 'tx-offline-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A project with that in the place of the package. */
function projectWith(name: string, manifest: string): string {
  const folder = join(root, name, 'node_modules', offlinePackage);
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  writeFileSync(join(folder, 'dist', 'index.cjs'), '');
  return join(root, name);
}

const written = (version: string): string => JSON.stringify({ name: offlinePackage, version, main: 'dist/index.cjs' });

describe('the PostgreSQL of a project', () => {
  it('is found beside tx', () => {
    expect(offlineVersion(root)).toMatch(/^0\.5\./);
  });

  it('is found in the project', () => {
    const project = projectWith('good', written('0.5.99'));
    expect(locateOffline(project, [])).toEqual({
      path: join(project, 'node_modules', offlinePackage, 'dist', 'index.cjs'),
      version: '0.5.99',
    });
  });

  it.each([
    ['nothing is there', undefined],
    ['it is another version', written('0.4.1')],
    ['it is half an installation', '{'],
    ['it exports nothing', JSON.stringify({ name: offlinePackage, version: '0.5.16', exports: {} })],
  ])('is not there where %s', (name, manifest) => {
    const project = manifest === undefined ? join(root, 'none') : projectWith(name.replaceAll(' ', '-'), manifest);
    expect(locateOffline(project, [])).toBeUndefined();
  });
});
