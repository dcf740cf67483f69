/** Marks a run as begun until its record is written, so that `tx retry` never takes an older record for the one of that run. */
import { join } from 'node:path';
import type { Command } from '../plan/plan.ts';
import { NotWritten } from '../project/file-system.ts';
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
import type { ProjectOptions } from './options.ts';

/** The file beside run_results.json. */
export const unfinishedName = 'unfinished_run.json';

export interface UnfinishedMark {
  /** Sets the mark in the folder for output (absolute). */
  readonly begin: (folder: string, mask: (text: string) => string) => void;
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
  let set: { readonly path: string; readonly before: string | undefined; readonly text: string } | undefined;
  const begin = (folder: string, mask: (text: string) => string, exitCode?: ExitCode): void => {
    const path = join(folder, unfinishedName);
    const before = set === undefined ? readIfAny(host, path) : set.before;
    set = { path, before, text: mask(renderUnfinishedRun({ ...begun, exitCode })) };
    write(host, path, set.text);
  };
  return {
    begin: (folder, mask) => begin(folder, mask),
    recorded: () => {
      if (set !== undefined && readIfAny(host, set.path) === set.text) write(host, set.path, undefined);
    },
    undo: () => {
      if (set !== undefined && readIfAny(host, set.path) === set.text) write(host, set.path, set.before);
    },
    stopped: async (exitCode) => {
      if (set !== undefined) {
        const standing = readUnfinishedRun(set.text);
        const isOurs = readIfAny(host, set.path) === set.text;
        if (standing !== undefined && isOurs) write(host, set.path, renderUnfinishedRun({ ...standing, exitCode }));
        return;
      }
      const found = await recordFolder(host, options);
      if (found !== undefined) begin(found.folder, createMask(found.secrets).apply, exitCode);
    },
  };
}

/** Where the record of a run stands that ended before its project was loaded. */
async function recordFolder(
  host: Host,
  options: ProjectOptions,
): Promise<{ readonly folder: string; readonly secrets: readonly string[] } | undefined> {
  try {
    const root = findRoot(host, options);
    const { targetPath, secrets } = await loadProject(
      { root, envName: options.env, vars: {}, env: host.env },
      { files: host.files },
      engines,
    );
    if (targetPath !== undefined) return { folder: join(root, targetPath), secrets };
    // Where project.yaml cannot be read, its default is a guess that must not make a folder.
    const folder = join(root, 'target');
    return host.files.stat(join(folder, 'run_results.json')) === undefined ? undefined : { folder, secrets };
  } catch (cause) {
    if (cause instanceof Stop) return undefined;
    throw cause;
  }
}

/** The run in `folder` that left no record, if there is one. */
export function unfinishedRunIn(host: Host, folder: string): UnfinishedRun | undefined {
  const text = readIfAny(host, join(folder, unfinishedName));
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
