/** Runs one command on a project in this process. */
import { runProgram } from '../../src/cli/program.ts';
import type { FileSystem } from '../../src/project/file-system.ts';
import { hostInProcess } from '../support/host-in-process.ts';

export interface CommandEnd {
  readonly exit: number;
  readonly text: string;
}

/** The words of the command are parted by single spaces. */
export async function runCommand(
  { root, command, packageRoot }: { readonly root: string; readonly command: string; readonly packageRoot: string },
  files: FileSystem,
): Promise<CommandEnd> {
  const { host, text } = hostInProcess({ root, files, packageRoot });
  const exit = await runProgram(host, command.split(' '));
  return { exit, text: text() };
}
