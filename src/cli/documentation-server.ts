/** Serves the files of one folder to this machine, and to nobody else. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { extname, join } from 'node:path';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { FileSystem } from '../project/file-system.ts';
import { errorCode, kindAt } from '../project/read-text.ts';
import { exitCodes, Stop } from './exit.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

const headers = {
  // What a policy inside of a page cannot say.
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

export interface DocumentationServer {
  readonly address: string;
  readonly close: () => Promise<void>;
}

type Answer = { readonly status: 200; readonly type: string; readonly content: Uint8Array } | { readonly status: 400 | 404 | 405 | 500 };

/** Starts to listen. Stops the command when the port is taken. */
export async function startServer(files: FileSystem, folder: string, port: number): Promise<DocumentationServer> {
  const server = createServer((request, response) => {
    const answer = answerTo(files, folder, request);
    if (answer.status !== 200) {
      response.writeHead(answer.status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${answer.status}\n`);
      return;
    }
    response.writeHead(200, { ...headers, 'Content-Type': answer.type });
    response.end(request.method === 'HEAD' ? undefined : answer.content);
  });
  await listen(server, port);
  const bound = server.address();
  const number = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    address: `http://127.0.0.1:${number}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'EADDRINUSE' ? new Stop(exitCodes.usage, [diagnose('port-in-use', { port })]) : cause),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Only names of this machine are answered: a page of somebody else may have its own name lead here. */
function answerTo(files: FileSystem, folder: string, { method, url = '/', headers: { host = '' } }: IncomingMessage): Answer {
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host)) return { status: 400 };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405 };
  const [path = '/'] = url.split(/[?#]/, 1);
  const words = path.endsWith('/') ? `${path}index.html` : path;
  // The names of pages need no escapes, so nothing has to be decoded, and no other name can lead out of the folder.
  if (!/^(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/.test(words)) return { status: 404 };
  const file = join(folder, words);
  const type = types[extname(file)];
  if (type === undefined || kindAt(files, file) !== 'file') return { status: 404 };
  try {
    return { status: 200, type, content: files.readBytes(file) };
  } catch (thrown) {
    errorCode(thrown);
    return { status: 500 };
  }
}
