/** Runs one command on a project in this process. */
import { createEndings } from '../../src/cli/host.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { FileSystem } from '../../src/project/file-system.ts';
import { createOutput } from '../../src/report/output.ts';

export interface CommandEnd {
  readonly exit: number;
  readonly text: string;
}

/** The words of the command are parted by single spaces. */
export async function runCommand(
  { root, command, packageRoot }: { readonly root: string; readonly command: string; readonly packageRoot: string },
  files: FileSystem,
): Promise<CommandEnd> {
  let text = '';
  const stream = { write: (part: string) => (text += part), on: () => undefined, isTTY: false, columns: 120 };
  const exit = await runProgram(
    {
      cwd: root,
      env: {},
      files,
      clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
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
    },
    command.split(' '),
  );
  return { exit, text };
}
