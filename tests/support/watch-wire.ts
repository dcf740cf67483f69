/** Stands between a program and a PostgreSQL server, and writes down what the program sends. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What goes to the server before it is waited for: one round trip, with its statements in order. */
export interface RoundTrip {
  /** Numbers connections in the order in which they were made. */
  readonly connection: number;
  readonly statements: readonly string[];
}

export interface WatchedServer {
  /** Of the server as the program is to reach it: without encryption, which nobody could read. */
  readonly url: string;
  /** Gives what was sent since the last call. */
  readonly take: () => readonly RoundTrip[];
}

const header = 5;

/** The text of a message, from the offset to the zero behind it. */
function textAt(message: Buffer, from: number): string {
  return message.toString('utf8', from, message.indexOf(0, from));
}

/** Reads the messages of one connection as they come in pieces. */
class Reader {
  readonly #tell: (statements: readonly string[]) => void;
  #rest = Buffer.alloc(0);
  #isStarted = false;
  #statements: string[] = [];
  /** Of statements that the server was given, by their names. */
  readonly #texts = new Map<string, string>();

  constructor(tell: (statements: readonly string[]) => void) {
    this.#tell = tell;
  }

  read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    // The first message has no letter before its length.
    for (let size = this.#size(); size !== undefined; size = this.#size()) {
      const message = this.#rest.subarray(0, size);
      this.#rest = this.#rest.subarray(size);
      if (this.#isStarted) this.#note(message);
      this.#isStarted = true;
    }
  }

  #size(): number | undefined {
    const lead = this.#isStarted ? 1 : 0;
    if (this.#rest.length < lead + 4) return undefined;
    const size = this.#rest.readUInt32BE(lead) + lead;
    return this.#rest.length < size ? undefined : size;
  }

  #note(message: Buffer): void {
    switch (String.fromCodePoint(message[0] ?? 0)) {
      case 'P':
        // The name of the prepared statement comes before its text.
        this.#texts.set(textAt(message, header), textAt(message, message.indexOf(0, header) + 1));
        break;
      case 'B':
        // The name of the portal comes before that of the statement.
        this.#statements.push(this.#texts.get(textAt(message, message.indexOf(0, header) + 1)) ?? '');
        break;
      case 'Q':
        this.#tell([textAt(message, header)]);
        break;
      case 'S':
        this.#tell(this.#statements);
        this.#statements = [];
        break;
      default:
    }
  }
}

/** Opens a port that leads to the server at `url`, until the test ends. */
export async function watchWire(url: string): Promise<WatchedServer> {
  const behind = new URL(url);
  let taken: RoundTrip[] = [];
  let connections = 0;
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    connections += 1;
    const connection = connections;
    const server = connect(Number(behind.port), behind.hostname);
    const reader = new Reader((statements) => taken.push({ connection, statements }));
    client.on('data', (chunk: Buffer) => reader.read(chunk));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listener.close(resolve));
  });
  const shown = new URL(url);
  shown.hostname = '127.0.0.1';
  // A server that listens on TCP has such an address.
  shown.port = String((listener.address() as AddressInfo).port);
  shown.searchParams.set('sslmode', 'disable');
  return {
    url: shown.href,
    take: () => {
      const found = taken;
      taken = [];
      return found;
    },
  };
}
