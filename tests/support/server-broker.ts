/**
 * Hands one PostgreSQL server to all test files of a run. It is started when the first of them asks and ends with the
 * run. `TX_TEST_POSTGRES_URL` names another server, which is used instead and only ever sees databases made for a file.
 */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startEmbeddedServer } from './embedded-server.ts';
import type { EmbeddedServer } from './embedded-server.ts';

/** What a test file is told: a server, or why there is none. */
export type ServerOffer = { readonly url: string; readonly embedded: boolean } | { readonly reason: string };

declare module 'vitest' {
  interface ProvidedContext {
    /** Port on which the broker answers every connection with a {@link ServerOffer} as JSON. */
    readonly serverBroker: number;
  }
}

interface Broker {
  readonly port: number;
  users: number;
  readonly close: () => Promise<void>;
}

async function makeOffer(started: (server: EmbeddedServer) => void): Promise<ServerOffer> {
  const url = process.env['TX_TEST_POSTGRES_URL'] ?? '';
  if (url !== '') return { url, embedded: false };
  try {
    const server = await startEmbeddedServer();
    started(server);
    return { url: server.url, embedded: true };
  } catch (cause) {
    const reason = `no PostgreSQL server could be started: ${cause instanceof Error ? cause.message : String(cause)}`;
    process.stderr.write(`\n${reason}\n\n`);
    return { reason };
  }
}

async function startBroker(): Promise<Broker> {
  let server: EmbeddedServer | undefined;
  let offer: Promise<ServerOffer> | undefined;
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    offer ??= makeOffer((started) => (server = started));
    void offer.then((made) => socket.end(JSON.stringify(made)));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  listener.unref();
  return {
    // A server that listens on TCP has such an address.
    port: (listener.address() as AddressInfo).port,
    users: 0,
    close: async () => {
      listener.close();
      await offer;
      await server?.stop();
    },
  };
}

/** Each project of vitest loads this file anew; the process has one broker. */
const shared = globalThis as { txServerBroker?: Promise<Broker> | undefined };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.txServerBroker ??= startBroker();
  const broker = await shared.txServerBroker;
  broker.users += 1;
  project.provide('serverBroker', broker.port);
  return async () => {
    broker.users -= 1;
    if (broker.users > 0) return;
    shared.txServerBroker = undefined;
    await broker.close();
  };
}
