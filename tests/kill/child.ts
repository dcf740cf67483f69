/** The program that dies: one build of one operation on a database file, with kill point and sabotage from its argument. */
import { writeSync } from 'node:fs';
import { adapter as duckdb } from '../../src/adapters/duckdb/adapter.ts';
import { adapter as postgres } from '../../src/adapters/postgres/adapter.ts';
import { runBuild } from './drive.ts';
import { watchAdapter } from './fault-session.ts';
import type { Call, KillPoint, Sabotage } from './fault-session.ts';
import { findOperation } from './operations.ts';

export interface ChildRequest {
  readonly engine: 'duckdb' | 'postgres';
  readonly database: string;
  readonly operation: string;
  readonly runId: string;
  readonly order: number;
  readonly kill?: KillPoint;
  readonly sabotage?: Sabotage;
  readonly splitTexts: boolean;
}

/** Printed as the last line by a child that was not killed. */
export interface ChildReport {
  readonly status: string;
  readonly calls: readonly Call[];
}

/** The line that says that the build begins. */
export const opened = 'opened';

// The parent is this repository's own test.
const request = JSON.parse(process.argv[2] ?? '') as ChildRequest;
const watched = watchAdapter(request.engine === 'duckdb' ? duckdb : postgres, request);
const result = await runBuild(findOperation(request.operation, request.engine).run, {
  database: request.database,
  runId: request.runId,
  order: request.order,
  adapter: watched.adapter,
  files: watched.files,
  onOpen: () => writeSync(1, `${opened}\n`),
});
const report: ChildReport = { status: result.status, calls: watched.calls };
writeSync(1, `${JSON.stringify(report)}\n`);
