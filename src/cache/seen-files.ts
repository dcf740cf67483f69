/** Compares the files of a project with those that the cache knows, without reading any of them. */
import type { FileStat, FileSystem } from '../project/file-system.ts';
import type { Project, ProjectFile } from '../project/project.ts';
import type { FileRows } from './file-rows.ts';
import { isSameFile } from './stamp.ts';

export interface SeenFile {
  readonly file: ProjectFile;
  /** It looks as it did. */
  readonly isSure: boolean;
  /** Row of the file in the cache, if it knows one of that path. */
  readonly row: number | undefined;
  /** As it stood before it was read; seeds are not read, and files that are gone again cannot be. */
  readonly stat: FileStat | undefined;
}

export interface SeenFiles {
  /** Files that are not known, or do not look as they did; all files if they were asked for. */
  readonly files: readonly SeenFile[];
  /** Rows of files that are not there any more. */
  readonly gone: readonly number[];
}

/** Looks at every file of the project once. */
export function seeFiles(rows: FileRows, project: Project, files: FileSystem, wanted: 'unsure' | 'all'): SeenFiles {
  const seen: SeenFile[] = [];
  const isSeen = new Uint8Array(rows.count);
  const search = startSearch(rows);
  const take = (file: ProjectFile): void => {
    const row = search(file.path);
    if (row !== undefined) isSeen[row] = 1;
    const stat = file.kind === 'seed' ? undefined : statOf(files, `${project.root}/${file.path}`);
    const isSure = row !== undefined && (file.kind === 'seed' || (stat !== undefined && isSameFile(stat, rows.stampOf(row))));
    if (!isSure || wanted === 'all') seen.push({ file, isSure, row, stat });
  };
  for (const file of project.files) take(file);
  for (const file of project.seeds) take(file);
  const gone: number[] = [];
  for (let row = 0; row < rows.count; row += 1) if (isSeen[row] === 0 && !rows.isGone(row) && !rows.isSettings(row)) gone.push(row);
  return { files: seen, gone };
}

/** Files mostly come in the order of their rows. */
function startSearch(rows: FileRows): (path: string) => number | undefined {
  let next = 0;
  return (path) => {
    if (next < rows.count && !rows.isGone(next) && rows.pathOf(next) === path) {
      next += 1;
      return next - 1;
    }
    const found = rows.find(path);
    if (found !== undefined) next = found + 1;
    return found;
  };
}

function statOf(files: FileSystem, path: string): FileStat | undefined {
  try {
    return files.stat(path);
  } catch {
    // Reading it will tell what is wrong.
    return undefined;
  }
}
