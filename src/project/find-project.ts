/** Finds the folder of the project: the nearest one, from a starting folder upwards, that holds a project file. */
import { basename, dirname, join } from 'node:path';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { FileSystem } from './file-system.ts';
import { kindAt } from './read-text.ts';

export const projectFileNames = ['project.yaml', 'project.yml'] as const;

/** Walks up from `start` (absolute). The value is the absolute folder, or undefined with the reason. */
export function findProject(start: string, files: FileSystem): Outcome<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    const name = projectFileIn(folder, files);
    if (name.value !== undefined || name.diagnostics.length > 0) {
      return { value: name.value === undefined ? undefined : folder, diagnostics: name.diagnostics };
    }
    if (dirname(folder) === folder) {
      const dbt = hasDbtProject(start, files);
      return { value: undefined, diagnostics: [diagnose('project-not-found', { folder: basename(start) || start, above: true, dbt })] };
    }
  }
}

/** Whether the folder, or one above it, is a project of dbt. */
function hasDbtProject(folder: string, files: FileSystem): boolean {
  if (kindAt(files, join(folder, 'dbt_project.yml')) === 'file') return true;
  return dirname(folder) !== folder && hasDbtProject(dirname(folder), files);
}

/** The name of the project file in `folder`; undefined, without a diagnostic, when there is none. */
export function projectFileIn(folder: string, files: FileSystem): Outcome<string | undefined> {
  const [yaml, yml] = projectFileNames;
  const found = projectFileNames.filter((name) => kindAt(files, join(folder, name)) === 'file');
  if (found.length < 2) return { value: found[0], diagnostics: [] };
  const span = { path: yml, start: 0, end: 0 };
  return { value: undefined, diagnostics: [diagnose('two-project-files', { first: yaml, second: yml }, { span })] };
}
