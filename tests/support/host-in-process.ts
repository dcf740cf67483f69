/** What a command of this process is given, and what it printed. */
import { createEndings } from '../../src/cli/host.ts';
import type { Host } from '../../src/cli/host.ts';
import type { FileSystem } from '../../src/project/file-system.ts';
import { createOutput } from '../../src/report/output.ts';

export interface HostInProcess {
  readonly host: Host;
  /** All so far, result and messages. */
  readonly text: () => string;
}

/** `late` are milliseconds by which its clock goes after that of the machine. */
export function hostInProcess({
  root,
  files,
  packageRoot,
  late = 0,
}: {
  readonly root: string;
  readonly files: FileSystem;
  readonly packageRoot: string;
  readonly late?: number;
}): HostInProcess {
  let text = '';
  const stream = { write: (part: string) => (text += part), on: () => undefined, isTTY: false, columns: 120 };
  const host: Host = {
    cwd: root,
    env: {},
    files,
    clock: { now: () => Date.now() + late, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    output: createOutput({ stdout: stream, stderr: stream }, { env: {} }),
    outputFailed: () => false,
    pid: process.pid,
    isRunning: () => false,
    // Threads of tests cannot change their folder, and no project here reads files by relative paths.
    enter: () => undefined,
    version: '0.0.0',
    build: undefined,
    ...createEndings(),
    packageRoot,
  };
  return { host, text: () => text };
}
