/** Entry of the program: binds it to this process, and tells bugs from everything else. */
import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { plain } from '../diagnostics/plain.ts';
import { exitCodes } from './exit.ts';
import { createHost } from './host.ts';
import { runProgram } from './program.ts';

// Most commands end within a second: the engine should spend its threads on optimising only what is really hot.
// Four times its own patience takes a third off the CPU of a compile of 1,000 models and costs nothing at 10,000.
setFlagsFromString('--interrupt-budget=600000');

// Helpers of the project may log; stdout is for results alone.
globalThis.console = new Console(process.stderr, process.stderr);

// A helper that ends the process would leave a run that did nothing and looks well. `tx` itself never calls it.
process.exit = () => {
  throw new Error('a helper cannot end the process with `process.exit`: it gives a value or throws');
};

/** Put in by the build: what stands in the bundle, in one word. */
declare const TX_BUILD: string;

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..');

function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : 'unknown';
}

let isOver = false;
// Node ends when nothing can happen any more, well or not: a promise that nobody keeps must not look like success.
process.on('uncaughtExceptionMonitor', () => {
  isOver = true;
});
process.on('exit', () => {
  if (isOver) return;
  process.stderr.write(
    'the command is not done, and what it waits for cannot come\n' +
      'if a JavaScript file of the project awaits something at its top, look there; else please report it with the command you ran\n',
  );
  process.exitCode = exitCodes.bug;
});

try {
  const host = createHost(readVersion(), packageRoot, typeof TX_BUILD === 'string' ? TX_BUILD : undefined);
  const code = await runProgram(host, process.argv.slice(2));
  process.exitCode = code;
  // A full disk may be noticed only after the last write.
  process.on('exit', () => {
    if (code === exitCodes.ok && host.outputFailed()) process.exitCode = exitCodes.failed;
  });
} catch (cause) {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const shown = plain(text);
  process.stderr.write(`this is a bug in tx, not in your project:\n${shown}\nplease report it with the command you ran\n`);
  process.exitCode = exitCodes.bug;
} finally {
  isOver = true;
}
