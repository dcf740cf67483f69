/** Opens databases in temporary folders for the tests of this folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { OpenOptions } from '../../adapter/adapter.ts';
import type { Cell, Connection, Session } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import { openSession } from './session.ts';

/** An empty project folder that goes away with the test. */
export function temporaryProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tx-duckdb-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function targetOf(projectRoot: string, settings: Readonly<Record<string, unknown>>, readOnly = false): OpenOptions {
  return { target: { name: 'dev', type: 'duckdb', schema: 'main', threads: 4, settings }, projectRoot, connections: 4, readOnly };
}

export async function openTestSession(
  settings: Readonly<Record<string, unknown>> = { path: ':memory:' },
  projectRoot = temporaryProject(),
): Promise<Session> {
  const session = await openSession(targetOf(projectRoot, settings));
  onTestFinished(() => session.close());
  return session;
}

export async function openTestConnection(settings?: Readonly<Record<string, unknown>>, projectRoot?: string): Promise<Connection> {
  return (await openTestSession(settings, projectRoot)).connect();
}

export async function rowsOf(connection: Connection, sql: string): Promise<readonly (readonly Cell[])[]> {
  return (await connection.query({ sql })).rows;
}

/** The one cell of a query that gives one. */
export async function valueOf(connection: Connection, sql: string): Promise<Cell | undefined> {
  return (await rowsOf(connection, sql))[0]?.[0];
}

/** Details of the engine error with which a promise must reject. */
export async function failureOf(promise: Promise<unknown>): Promise<EngineErrorDetails> {
  try {
    await promise;
  } catch (cause) {
    if (cause instanceof EngineError) return cause.details;
    throw cause;
  }
  throw new Error('expected an engine error');
}
