/** The outside world of one command: ports bound to this process. */
import type { Clock } from '../execute/execution.ts';
import type { FileSystem } from '../project/file-system.ts';
import { disk } from '../project/disk.ts';
import { createOutput } from '../report/output.ts';
import type { Output, TextStream } from '../report/output.ts';
import type { Trace } from '../report/trace.ts';
import { setTimeout as sleep } from 'node:timers/promises';

type EndCallback = (isDamaged: boolean) => void;

export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly output: Output;
  /** True once something could not be written to stdout or stderr (a full disk, not a reader that went away). */
  readonly outputFailed: () => boolean;
  /** Measures the command, where the user asked for that. */
  readonly trace?: Trace;
  /** Makes a folder the working folder of the process: engines resolve the paths in SQL from there. */
  readonly enter: (folder: string) => void;
  /** The id of this process, and whether another one with that id is there. */
  readonly pid: number;
  readonly isRunning: (pid: number) => boolean;
  /** What stands behind the addresses of JavaScript modules, so that those which have changed are loaded anew. */
  readonly jsEdition?: () => string;
  /** Version of this package. */
  readonly version: string;
  /** Tells this build of the program from all others; undefined where it runs from its sources, which may change at any time. */
  readonly build: string | undefined;
  /** Runs `callback` when the command has ended; `isDamaged` when it ended because the cache cannot be read. */
  readonly atEnd: (callback: EndCallback) => void;
  /** Ends a command: runs what was to be run then. */
  readonly end: (isDamaged: boolean) => void;
  /** Absolute folder of this package: templates and error pages stand below it. */
  readonly packageRoot: string;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => sleep(ms),
};

/** The real world. An empty `TX_…` variable counts as unset. */
export function createHost(
  version: string,
  packageRoot: string,
  build: string | undefined,
  { stdout, stderr }: { readonly stdout: TextStream; readonly stderr: TextStream } = process,
): Host {
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith('TX_') && value === '') delete process.env[name];
  }
  let failed = false;
  return {
    cwd: process.cwd(),
    env: process.env,
    files: disk,
    clock: systemClock,
    output: createOutput(
      { stdout, stderr },
      {
        env: process.env,
        windows: process.platform === 'win32',
        onError: () => {
          failed = true;
        },
      },
    ),
    outputFailed: () => failed,
    enter: (folder) => process.chdir(folder),
    pid: process.pid,
    isRunning,
    version,
    build: build === undefined ? undefined : `${build} ${process.version}`,
    ...createEndings(),
    packageRoot,
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    // Somebody else's process may not be asked, but it is there.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}

/** What has to happen at the end of a command. */
export function createEndings(): Pick<Host, 'atEnd' | 'end'> {
  const callbacks: EndCallback[] = [];
  return {
    atEnd: (callback) => void callbacks.push(callback),
    end: (isDamaged) => {
      for (const callback of callbacks.splice(0)) callback(isDamaged);
    },
  };
}
