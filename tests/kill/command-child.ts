/** The program that dies in the middle of a command: the whole command line on a project, with its kill point from its argument. */
import { writeSync } from 'node:fs';
import { engine as duckdb } from '../../src/adapters/duckdb/engine.ts';
import { engine as postgres } from '../../src/adapters/postgres/engine.ts';
import type { ChildReport } from './child.ts';
import { runCommand } from './command-host.ts';
import { watchAdapter } from './fault-session.ts';
import type { KillPoint } from './fault-session.ts';

export interface CommandRequest {
  readonly engine: 'duckdb' | 'postgres';
  readonly root: string;
  readonly command: string;
  /** Where this package is. */
  readonly packageRoot: string;
  readonly kill?: KillPoint;
}

/** What the parent waits for. */
const opened = 'opened';

// The parent is this repository's own test.
const request = JSON.parse(process.argv[2] ?? '') as CommandRequest;
const engine = request.engine === 'duckdb' ? duckdb : postgres;
const { adapter, files, calls } = watchAdapter(await engine.load(), {
  ...(request.kill === undefined ? {} : { kill: request.kill }),
  splitTexts: true,
});
// Every command asks its engine for the adapter, and gets the one that counts.
Object.assign(engine, { load: () => Promise.resolve(adapter) });
writeSync(1, `${opened}\n`);
const { exit, text } = await runCommand(request, files);
if (exit !== 0) throw new Error(`${request.command} ended with ${exit}:\n${text}`);
const report: ChildReport = { status: 'success', calls };
writeSync(1, `${JSON.stringify(report)}\n`);
