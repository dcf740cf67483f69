import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainEnvironment, REPOSITORY, runTx, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { useBrowser } from './browser.ts';

const files = {
  'project.yaml': 'name: shop\ntargets: { dev: { type: duckdb, path: shop.duckdb, schema: main } }\n',
  'models/orders.sql': 'select 1 as id\n',
  'secret.html': 'not part of the site',
};

/** Sends one request as it is written, and gives the answer. */
function ask(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(`${request}\r\nConnection: close\r\n\r\n`));
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

/** Where a server that has been started answers. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      const [, found] = /serving on (\S+)/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
    server.on('exit', () => reject(new Error(text)));
  });
}

/** Ends a server, and gives its exit code. */
function terminate(server: ChildProcess): Promise<unknown> {
  const ended = new Promise((resolve) => server.on('exit', resolve));
  server.kill('SIGTERM');
  return ended;
}

describe('tx docs serve', () => {
  const browser = useBrowser();
  let project: TempProject;
  const start = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), 'docs', 'serve', '--port', '0', ...args], {
      cwd: project.root,
      env: plainEnvironment(),
    });
  let child: ChildProcess;
  let address = '';
  let port = 0;

  beforeAll(async () => {
    project = await tempProject(files);
    expect((await runTx(['docs'], { cwd: project.root })).code).toBe(0);
    child = start();
    address = await addressOf(child);
    port = Number(new URL(address).port);
  });

  afterAll(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });

  it('shows the site', async () => {
    const page = await browser.open(address, 'model/orders.html');
    expect(await page.locator('h1').innerText()).toBe('orders');
    await page.locator('.brand').click();
    expect(await page.locator('h1').innerText()).toBe('shop');
    // Its data are scripts, which a server gives out under the same policy.
    await page.keyboard.press('/');
    await page.keyboard.type('ordres');
    await page.locator('[role=option] b').filter({ hasText: 'orders' }).waitFor();
    await page.goto(`${address}lineage.html#node=orders`);
    await page.locator('.panel h2').filter({ hasText: 'orders' }).waitFor();
    expect(browser.complaints()).toEqual([]);
  });

  it('answers with what a page cannot say of itself', async () => {
    const response = await fetch(address);
    expect(response.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('gives nothing but files of the site', async () => {
    const host = `\r\nHost: 127.0.0.1:${port}`;
    const paths = [
      '/../../secret.html',
      '/..%2f..%2fsecret.html',
      '/%2e%2e/%2e%2e/secret.html',
      '//etc/passwd',
      '/nothing.html',
      '/model',
      '/.html',
    ];
    for (const path of paths) expect(await ask(port, `GET ${path} HTTP/1.1${host}`), path).toMatch(/^HTTP\/1\.1 40[04]/);
    expect(await ask(port, `POST / HTTP/1.1${host}`)).toMatch(/^HTTP\/1\.1 405/);
  });

  it('answers to no other name', async () => {
    expect(await ask(port, 'GET / HTTP/1.1\r\nHost: evil.example')).toMatch(/^HTTP\/1\.1 400/);
  });

  it('ends when it is told to', async () => {
    expect(await terminate(child)).toBe(143);
    // What was asked for beside that is not lost: nothing here is described.
    const other = start('--fail-under', '1');
    expect(await (await fetch(await addressOf(other))).text()).toContain('<h1>shop</h1>');
    expect(await terminate(other)).toBe(1);
  });

  it('says when the port is taken: port-in-use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has such an address.
    const taken = (other.address() as AddressInfo).port;
    const result = await runTx(['docs', 'serve', '--port', String(taken)], { cwd: project.root });
    other.close();
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(`error port-in-use\n  port ${taken} is in use`);
  });
});
