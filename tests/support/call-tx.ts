/**
 * Runs a command of `tx` in this process: the same parts as the program, on real files and a real engine, in a
 * fraction of the time that a process of its own takes. What a process is about (signals, standard input, exit while
 * something is open, start-up) is seen only by `runTx`, which starts the built program.
 */
import { createHost } from '../../src/cli/host.ts';
import { exitCodes } from '../../src/cli/exit.ts';
import { runProgram } from '../../src/cli/program.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { plainEnvironment, REPOSITORY } from './tx.ts';
import type { RunOptions, TxResult } from './tx.ts';

const { version: VERSION } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { readonly version: string };

/** A process has one working folder, and one environment. */
let last: Promise<unknown> = Promise.resolve();

/** Runs `tx` with these arguments, after the call before it has ended. */
export function callTx(args: readonly string[], options: Omit<RunOptions, 'input'>): Promise<TxResult> {
  const result = last.then(() => call(args, options));
  last = result.catch(() => undefined);
  return result;
}

async function call(args: readonly string[], { cwd, env }: Omit<RunOptions, 'input'>): Promise<TxResult> {
  const home = process.cwd();
  const [variables, console] = [process.env, globalThis.console];
  const printed = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      decodeStrings: false,
      write: (text: unknown, _encoding, done) => {
        printed[name] += String(text);
        done();
      },
    });
  const [stdout, stderr] = [sink('stdout'), sink('stderr')];
  try {
    process.env = plainEnvironment(env);
    process.chdir(cwd);
    globalThis.console = new Console(stderr, stderr);
    const code = await runProgram(createHost(VERSION, REPOSITORY, 'tests', { stdout, stderr }), args);
    return { code, ...printed };
  } catch (cause) {
    return { code: exitCodes.bug, ...printed, stderr: `${printed.stderr}${cause instanceof Error ? cause.stack : String(cause)}\n` };
  } finally {
    process.env = variables;
    globalThis.console = console;
    process.chdir(home);
  }
}
