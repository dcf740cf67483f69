/** Reads files of a project as text. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { FileSystem } from './file-system.ts';
import type { ProjectFile, ProjectSource } from './project.ts';
import { readText } from './read-text.ts';

/** The texts of `wanted`, each read once; those that cannot be read are left out and reported. */
export function readSources(root: string, wanted: readonly ProjectFile[], files: FileSystem): Outcome<readonly ProjectSource[]> {
  const sources: ProjectSource[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { kind, path, base } of wanted) {
    const read = readText(files, root, path);
    if (read.value === undefined) diagnostics.push(...read.diagnostics);
    else sources.push({ kind, path, base, text: read.value });
  }
  return { value: sources, diagnostics };
}
