/** Marks a run as begun until its record is written, so that `tx retry` never takes an older record for the one of that run. */
import { join } from 'node:path';
import type { Command } from '../plan/plan.ts';
import { NotWritten } from '../project/file-system.ts';
import type { Project } from '../project/project.ts';
import { loadProject } from '../project/load-project.ts';
import { errorCode } from '../project/read-text.ts';
import { createMask } from '../report/mask.ts';
import type { RunArguments } from '../report/run-arguments.ts';
import type { UnfinishedRun } from '../report/unfinished-run.ts';
import { readUnfinishedRun, renderUnfinishedRun } from '../report/unfinished-run.ts';
import { engines } from './engines.ts';
import { Stop } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Host } from './host.ts';
import { findRoot } from './load-graph.ts';
import type { Begin } from './load-graph.ts';
import type { ProjectOptions } from './options.ts';
import { besideName } from './target-records.ts';

/** The file beside run_results.json. */
export const unfinishedName = 'unfinished_run.json';

export interface UnfinishedMark {
  /** Sets the mark in the folder for output (absolute). */
  readonly begin: Begin;
  /** What the run opens in the target is open by now. */
  readonly opened: () => void;
  /** The record is written: takes the mark away, unless it is that of a run that began later. */
  readonly recorded: () => void;
  /** Nothing was to be done: things are as they were before. */
  readonly undo: () => void;
  /** The run ends without a record. */
  readonly stopped: (exitCode: ExitCode) => Promise<void>;
}

/** A mark for one run. A mark that cannot be written is none: then nor can the record, and that is told. */
export function createUnfinishedMark(host: Host, options: ProjectOptions, run: { command: Command; args: RunArguments }): UnfinishedMark {
  const begun = { ...run, startedAt: new Date(host.clock.now()).toISOString(), pid: host.pid };
  let set: readonly { readonly path: string; readonly before: string | undefined; readonly text: string }[] = [];
  const begin = (folder: string, mask: (text: string) => string, project: Project | undefined, exitCode?: ExitCode): void => {
    const text = mask(renderUnfinishedRun({ ...begun, exitCode }));
    const paths = [unfinishedName, besideName(unfinishedName, project) ?? []].flat().map((name) => join(folder, name));
    set = paths.map((path, at) => ({ path, before: set[at] === undefined ? readIfAny(host, path) : set[at].before, text }));
    for (const { path } of set) write(host, path, text);
  };
  /** Those that no run wrote since. */
  const ours = (): typeof set => set.filter(({ path, text }) => readIfAny(host, path) === text);
  const mend = (more: Partial<UnfinishedRun>): void => {
    set = set.map((mark) => {
      const standing = readIfAny(host, mark.path) === mark.text ? readUnfinishedRun(mark.text) : undefined;
      if (standing === undefined) return mark;
      const text = renderUnfinishedRun({ ...standing, ...more });
      write(host, mark.path, text);
      return { ...mark, text };
    });
  };
  return {
    begin: (folder, mask, project) => begin(folder, mask, project),
    opened: () => mend({ isOpen: true }),
    recorded: () => {
      for (const { path } of ours()) write(host, path, undefined);
    },
    undo: () => {
      for (const { path, before } of ours()) write(host, path, before);
    },
    stopped: async (exitCode) => {
      mend({ exitCode });
      const found = set.length > 0 ? undefined : await recordFolder(host, options);
      if (found !== undefined) begin(found.folder, createMask(found.secrets).apply, found.project, exitCode);
    },
  };
}

/** Where the record of a run stands that ended before its project was loaded. */
async function recordFolder(
  host: Host,
  options: ProjectOptions,
): Promise<{ readonly folder: string; readonly secrets: readonly string[]; readonly project?: Project } | undefined> {
  try {
    const root = findRoot(host, options);
    const { targetPath, secrets, value } = await loadProject(
      { root, targetName: options.target, envName: options.env, vars: {}, env: host.env },
      { files: host.files },
      engines,
    );
    if (targetPath !== undefined) return { folder: join(root, targetPath), secrets, ...(value === undefined ? {} : { project: value }) };
    // Where project.yaml cannot be read, its default is a guess that must not make a folder.
    const folder = join(root, 'target');
    return host.files.stat(join(folder, 'run_results.json')) === undefined ? undefined : { folder, secrets };
  } catch (cause) {
    if (cause instanceof Stop) return undefined;
    throw cause;
  }
}

/** The run that left no record but this mark, if there is one. */
export function unfinishedRunIn(host: Host, path: string): UnfinishedRun | undefined {
  const text = readIfAny(host, path);
  return text === undefined ? undefined : readUnfinishedRun(text);
}

function readIfAny(host: Host, path: string): string | undefined {
  try {
    return host.files.stat(path)?.kind === 'file' ? new TextDecoder().decode(host.files.readBytes(path)) : undefined;
  } catch (thrown) {
    errorCode(thrown); // A folder that does not let us read does not let us write either.
    return undefined;
  }
}

function write(host: Host, path: string, text: string | undefined): void {
  try {
    if (text === undefined) host.files.remove(path);
    else host.files.writeAtomic(path, text);
  } catch (thrown) {
    if (!(thrown instanceof NotWritten)) throw thrown;
  }
}
