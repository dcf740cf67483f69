/** Finds the PostgreSQL that runs in a process: a package that projects install who want columns without a server. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const offlinePackage = '@electric-sql/pglite';

/** Of these its query trees are known. */
const wanted = /^0\.5\./;

export interface LocatedPackage {
  /** The file to load. */
  readonly path: string;
  readonly version: string;
}

/** Beside `tx`, or else in the project. Undefined where the package is in neither place, or in a version that is not known here. */
export function locateOffline(projectRoot: string, places: readonly string[] = [import.meta.url]): LocatedPackage | undefined {
  for (const place of [...places, join(projectRoot, 'package.json')]) {
    const found = locateFrom(place);
    if (found !== undefined && wanted.test(found.version)) return found;
  }
  return undefined;
}

export function offlineVersion(projectRoot: string): string | undefined {
  return locateOffline(projectRoot)?.version;
}

/** What is there may be anything: another package of that name, half an installation. */
function locateFrom(place: string): LocatedPackage | undefined {
  try {
    const path = createRequire(place).resolve(offlinePackage);
    const manifest: unknown = JSON.parse(readFileSync(join(dirname(path), '..', 'package.json'), 'utf8'));
    const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
    return typeof version === 'string' ? { path, version } : undefined;
  } catch {
    return undefined;
  }
}
