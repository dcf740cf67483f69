/** Fills database files for cases. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';
import { here } from './sides.mjs';

/** Runs statements on a database file, off the clock and in a process of its own. */
export async function runStatements(database, statements, { folder, scratch }) {
  const file = join(scratch, 'setup.json');
  writeFileSync(file, JSON.stringify(statements));
  await measure({ args: [here('floor-statements.cjs'), database, file], cwd: folder }, scratch);
}
