/** The files that are compiled, and their order. */
import { comparePaths } from '../project/compare-paths.ts';
import type { Project, ProjectFile, ProjectSource } from '../project/project.ts';

/** A file that is compiled: project.yaml too, for the hooks of runs. */
export type CompiledFile = ProjectFile | { readonly kind: 'project'; readonly path: string; readonly base: string };

/** The order in which files are understood: seeds after all others. Where two say the same, the first counts. */
export function compareFiles(a: CompiledFile, b: CompiledFile): number {
  return rank(a) - rank(b) || comparePaths(a.path, b.path);
}

function rank({ kind }: CompiledFile): number {
  return kind === 'project' ? 2 : kind === 'seed' ? 1 : 0;
}

/** A file with its text; seeds and project.yaml have none, for nobody parses them here, nor have files that cannot be read. */
export interface FreshFile {
  readonly file: CompiledFile;
  readonly text: string | undefined;
}

/** All files of a project that has not been compiled before, in order. */
export function freshFiles(project: Project, sources: readonly ProjectSource[]): ReadonlyMap<string, FreshFile> {
  const { file, files, seeds } = project;
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  const settings: FreshFile = { file: { kind: 'project', path: file.path, base: '' }, text: undefined };
  return new Map([
    ...files.map(({ kind, path, base }): [string, FreshFile] => [path, { file: { kind, path, base }, text: texts.get(path) }]),
    ...seeds.map((seed): [string, FreshFile] => [seed.path, { file: seed, text: undefined }]),
    [file.path, settings],
  ]);
}
