/** Other programs that do the same work: installed into the folder of the run when somebody asks for them, never before. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Exact versions, so that two reports speak of the same rival. */
const dataform = { '@dataform/cli': '3.0.69', '@dataform/core': '3.0.62' };

/** What is measured, for the report. */
export const rivalVersions = { dataform: dataform['@dataform/cli'] };

/**
 * Installs Dataform into `project`, because it takes no packages from elsewhere; gives the command that compiles the
 * project there.
 */
export function installDataform(project) {
  const packages = Object.entries(dataform).map(([name, version]) => `${name}@${version}`);
  process.stderr.write(`installing ${packages.join(', ')}\n`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = [
    'install',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel',
    'error',
    ...packages,
  ];
  execFileSync(npm, args, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
  return { args: [join(project, 'node_modules', '@dataform', 'cli', 'bundle.js'), 'compile', project, '--json'], cwd: project };
}
