/** Finds the PostgreSQL that runs in a process: a package that projects install who want columns without a server. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const offlinePackage = '@electric-sql/pglite';

/** The file to load: beside `tx`, or else in the project. Undefined where the package is in neither place. */
export function locateOffline(projectRoot: string, places: readonly string[] = [import.meta.url]): string | undefined {
  for (const place of [...places, join(projectRoot, 'package.json')]) {
    try {
      return createRequire(place).resolve(offlinePackage);
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND')) throw cause;
    }
  }
  return undefined;
}

export function offlineVersion(projectRoot: string): string | undefined {
  const path = locateOffline(projectRoot);
  if (path === undefined) return undefined;
  const manifest: unknown = JSON.parse(readFileSync(join(dirname(path), '..', 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : undefined;
}
