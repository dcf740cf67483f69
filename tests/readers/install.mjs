/**
 * `npm run test:readers`: installs the programs that read dbt's artifacts into node_modules/.cache/readers, with Python's
 * own tools, and runs the tests that need them. `npm test` runs those tests too once the programs are there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'node_modules', '.cache', 'readers');
const requirements = join(root, 'tests', 'readers', 'requirements.txt');
const python = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
/** What was installed, so that it is done once. */
const stamp = join(folder, 'requirements.txt');

function run(program, args, options = {}) {
  return spawnSync(program, args, { stdio: 'inherit', ...options }).status;
}

const system = ['python3', 'python'].find((name) => spawnSync(name, ['-m', 'venv', '--help'], { stdio: 'ignore' }).status === 0);
if (system === undefined) {
  process.stdout.write('skipped: this machine has no Python with venv\n');
} else {
  const wanted = readFileSync(requirements, 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const failed = run(system, ['-m', 'venv', folder]) !== 0 || run(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements]) !== 0;
    if (failed) throw new Error('the readers cannot be installed');
    writeFileSync(stamp, wanted);
  }
  process.exitCode = run(process.execPath, [join(root, 'scripts', 'test.mjs'), 'tests/readers', '--project', 'system']);
}
