/** The environment of a project: the shell's variables over those in `.env` beside project.yaml. */
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { FileSystem } from './file-system.ts';
import type { Environment } from './interpolate.ts';
import { kindAt, readText } from './read-text.ts';

/**
 * Reads `.env` in the project folder and lays the shell's variables over it.
 * An empty `TX_*` variable counts as unset, in either place.
 */
export function readEnvironment(root: string, shell: Environment, files: FileSystem): Outcome<Environment> {
  const absolute = join(root, '.env');
  const read = kindAt(files, absolute) === undefined ? { value: undefined, diagnostics: [] } : readText(files, root, '.env');
  const fromFile: Environment = read.value === undefined ? {} : parseEnv(read.value);
  const environment: Record<string, string | undefined> = {};
  for (const variables of [fromFile, shell]) {
    for (const [name, value] of Object.entries(variables)) {
      if (value !== undefined && !(value === '' && name.startsWith('TX_'))) environment[name] = value;
    }
  }
  return { value: environment, diagnostics: read.diagnostics };
}
