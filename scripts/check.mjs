/** Format, lint, types, dead code: what must hold before a test is run. Every step runs, so that one call tells all. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where code lies; the linter looks at nothing else. */
const code = ['src', 'tests', 'scripts', 'bench', 'bin'];

/** Name, the tool's own start script, its arguments. `unused` finds exports, files and packages that nothing uses. */
const steps = [
  ['format', 'oxfmt/bin/oxfmt', ['--check', '.']],
  // Without `-c` oxlint would not find the rules and be content with everything.
  ['lint', 'oxlint/bin/oxlint', ['-c', 'oxlint.config.mjs', ...code]],
  ['types', 'typescript/bin/tsc', ['-p', '.']],
  // What runs in browsers knows their words, and Node's not.
  ['types of the site', 'typescript/bin/tsc', ['-p', 'src/docs/client']],
  ['types of its tests', 'typescript/bin/tsc', ['-p', 'tests/docs-site']],
  ['unused', 'knip/bin/knip.js', []],
];

/** Runs every step and returns the names of those that found something. */
export function check() {
  return steps
    .filter(([name, tool, args]) => {
      console.log(`\n${name}: ${tool.split('/')[0]} ${args.join(' ')}`);
      const { status, error } = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...args], { cwd: root, stdio: 'inherit' });
      if (error !== undefined) throw error;
      return status !== 0;
    })
    .map(([name]) => name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const failed = check();
  console.log(failed.length === 0 ? '\nchecked: all well' : `\nchecked: ${failed.join(', ')} failed`);
  if (failed.length > 0) process.exitCode = 1;
}
