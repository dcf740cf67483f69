/** A site whose data are those of a large project; its pages are those of a small one. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { SiteColumns, SiteIndex, SiteWords } from '../../src/docs/site-data.ts';
import { tempProject } from '../support/tx.ts';

/** Gives the folder of the site. */
export async function largeSite(data: {
  readonly index: SiteIndex;
  readonly columns: SiteColumns;
  readonly words?: SiteWords;
}): Promise<string> {
  const project = await tempProject({
    'project.yaml': 'name: large\ntargets: { dev: { type: duckdb, path: large.duckdb, schema: main } }\n',
    'models/a.sql': 'select 1 as id\n',
  });
  expect((await project.call(['docs'])).code).toBe(0);
  const folder = join(project.root, 'site');
  cpSync(join(project.root, 'target', 'docs'), folder, { recursive: true });
  for (const [name, value] of Object.entries(data))
    writeFileSync(join(folder, 'data', `${name}.js`), `txData(${JSON.stringify(name)},${JSON.stringify(value)})\n`);
  return folder;
}
