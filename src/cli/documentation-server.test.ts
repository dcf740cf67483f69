import { afterEach, expect, it } from 'vitest';
import { memoryFiles } from '../project/memory-files.ts';
import type { DocumentationServer } from './documentation-server.ts';
import { startServer } from './documentation-server.ts';

class SystemError extends Error {
  readonly code = 'EACCES';
}

let server: DocumentationServer | undefined;
afterEach(async () => {
  await server?.close();
});

it('goes on after a file that it cannot read', async () => {
  const memory = memoryFiles({ 'index.html': 'the first page', 'hidden.html': { error: 'EACCES' } }, '/site');
  const refuse = (): never => {
    throw new SystemError();
  };
  server = await startServer(
    {
      ...memory,
      stat: (path) => (path.endsWith('lost.html') ? refuse() : memory.stat(path)),
    },
    '/site',
    0,
  );
  expect((await fetch(`${server.address}hidden.html`)).status).toBe(500);
  expect((await fetch(`${server.address}lost.html`)).status).toBe(404);
  expect(await (await fetch(server.address)).text()).toBe('the first page');
});
