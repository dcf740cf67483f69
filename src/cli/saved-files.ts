/** Reads artifacts of earlier runs for selectors that compare with them. */
import { join, resolve } from 'node:path';
import type { SavedFile, SavedFileName, SavedFiles } from '../graph/saved-state.ts';
import { errorCode } from '../project/read-text.ts';
import type { Project } from '../project/project.ts';
import type { Host } from './host.ts';

/** The folder of `--state`, as the user wrote it, and the target folder of the project. */
export function createSavedFiles(host: Host, project: Project, state: string | undefined): SavedFiles {
  const reader =
    (folder: string, shown: string) =>
    (name: SavedFileName): SavedFile =>
      readSaved(host, join(folder, name), `${shown.replace(/[\\/]+$/, '')}/${name}`);
  return {
    fromState: state === undefined ? undefined : reader(resolve(host.cwd, state), state),
    fromTarget: reader(join(project.root, project.paths.target), project.paths.target),
  };
}

function readSaved(host: Host, absolute: string, path: string): SavedFile {
  try {
    if (host.files.stat(absolute) === undefined) return { kind: 'missing', path };
    return { kind: 'found', path, text: new TextDecoder().decode(host.files.readBytes(absolute)) };
  } catch (thrown) {
    return { kind: 'unreadable', path, reason: errorCode(thrown) };
  }
}
