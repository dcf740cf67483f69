/** Opens databases on a real server for the tests of this folder. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, inject, onTestFinished } from 'vitest';
import type { OpenOptions } from '../../adapter/adapter.ts';
import type { Cell, Connection, Session } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import type { ServerOffer } from '../../../tests/support/server-broker.ts';
import { openSession } from './session.ts';

function askForServer(): Promise<ServerOffer> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(inject('serverBroker'), '127.0.0.1');
    socket.on('data', (chunk) => (answer += chunk.toString()));
    // The broker answers with an offer and nothing else.
    socket.on('end', () => resolve(JSON.parse(answer) as ServerOffer));
    socket.on('error', reject);
  });
}

/** The database of one test file. */
export interface TestDatabase {
  /** For the database that this file has to itself. */
  readonly url: () => string;
  /** Whether the server is our own, so that a test may end its processes and change its accounts. */
  readonly embedded: () => boolean;
}

export function targetOf(settings: Readonly<Record<string, unknown>>, readOnly = false): OpenOptions {
  return { target: { name: 'dev', type: 'postgres', schema: 'public', threads: 4, settings }, projectRoot: '/', connections: 5, readOnly };
}

async function administer(url: string, sql: string): Promise<void> {
  const session = await openSession(targetOf({ url }));
  try {
    await (await session.connect()).run({ sql });
  } finally {
    await session.close();
  }
}

/** Makes a database before the tests of a file and drops it after them; skips them where there is no server. */
export function useTestDatabase(): TestDatabase {
  let offer: ServerOffer = { reason: 'nobody asked for a server' };
  let url = '';
  const name = `tx_test_${randomBytes(6).toString('hex')}`;
  beforeAll(async () => {
    offer = await askForServer();
    if ('reason' in offer) return;
    await administer(offer.url, `create database ${name} template template0`);
    const own = new URL(offer.url);
    own.pathname = `/${name}`;
    url = own.href;
  }, 120_000);
  beforeEach((context) => {
    if ('reason' in offer) context.skip(offer.reason);
  });
  afterAll(async () => {
    if ('url' in offer) await administer(offer.url, `drop database if exists ${name} with (force)`);
  });
  return { url: () => url, embedded: () => 'url' in offer && offer.embedded };
}

export async function openTestSession(settings: Readonly<Record<string, unknown>>, readOnly = false): Promise<Session> {
  const session = await openSession(targetOf(settings, readOnly));
  onTestFinished(() => session.close());
  return session;
}

/** A connection to an empty schema of its own, which is the first in its search path. */
export async function openTestConnection(database: TestDatabase): Promise<Connection> {
  const schema = `s_${randomBytes(6).toString('hex')}`;
  const session = await openTestSession({ url: database.url(), search_path: schema });
  const connection = await session.connect();
  await connection.run({ sql: `create schema ${schema}` });
  return connection;
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
