/** Runs the built program as users do, on throw-away projects, and reads what it wrote. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const PROGRAM = join(REPOSITORY, 'bin', 'tx.cjs');

export interface TxResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Text for the standard input, which is empty without it. */
  readonly input?: string;
  /** After this long the program is killed and the call fails. */
  readonly timeoutMs?: number;
}

/** A folder that is removed after the test file, if the test did not remove it before. */
export interface TempProject {
  readonly root: string;
  readonly write: (path: string, text: string) => void;
  readonly read: (path: string) => string;
  /** Runs the built program. */
  readonly run: (args: readonly string[], options?: Omit<RunOptions, 'cwd'>) => Promise<TxResult>;
  /** Runs a command in this process: see call-tx.ts. */
  readonly call: (args: readonly string[], options?: Pick<RunOptions, 'env'>) => Promise<TxResult>;
  readonly remove: () => void;
}

const folders = new Set<string>();

/** What {@link tempFolder} made and nobody removed; called after each test file, whose modules others may share. */
export function removeTempFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

/** Makes an empty folder outside the repository; it is removed after the test file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tx-test-'));
  folders.add(folder);
  return folder;
}

/** What makes a run of the tests differ from a run in a plain shell. */
const NOT_INHERITED =
  /^(CI|GITHUB_\w+|GITLAB_CI|FORCE_COLOR|COLORTERM|NODE_ENV|NODE_OPTIONS|INIT_CWD|npm_(lifecycle|package)_\w+|npm_config_local_prefix|TX_\w+|VITEST\w*)$/;

/** The environment of a plain shell without colours, on every machine. */
export function plainEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
  return { ...Object.fromEntries(inherited), NO_COLOR: '1', ...extra };
}

/** Runs any program and waits for its end; never fails because of an exit code. */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<TxResult> {
  const { cwd, env, input, timeoutMs = 120_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: plainEnvironment(env) });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(cause);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) reject(new Error(`${program} ${args.join(' ')} did not end in ${timeoutMs} ms\n${stdout}\n${stderr}`));
      // A child that a signal ended has no code; no command of tx ends with 255.
      else resolve({ code: code ?? 255, stdout, stderr });
    });
    // A program that ends before it read its input breaks the pipe; its exit code tells what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}

let build: Promise<TxResult> | undefined;

/** Builds the program once for a test file, if `npm test` has not done it for all of them. */
async function ensureBuilt(): Promise<void> {
  if (process.env['TX_TESTS_BUILT'] !== undefined) return;
  build ??= runProgram(process.execPath, [join(REPOSITORY, 'scripts', 'build.mjs')], { cwd: REPOSITORY });
  const { code, stderr } = await build;
  if (code !== 0) throw new Error(`tx cannot be built:\n${stderr}`);
}

/** Runs `tx` with these arguments and waits for its end; never fails because of an exit code. */
export async function runTx(args: readonly string[], options: RunOptions): Promise<TxResult> {
  await ensureBuilt();
  return await runProgram(process.execPath, [PROGRAM, ...args], options);
}

/** Writes these files (path to text) into a new temporary folder. */
export function tempProject(files: Readonly<Record<string, string>>): Promise<TempProject> {
  const root = tempFolder();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return Promise.resolve({
    root,
    write,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    run: (args, options) => runTx(args, { ...options, cwd: root }),
    call: async (args, options) => {
      const { callTx } = await import('./call-tx.ts');
      return await callTx(args, { ...options, cwd: root });
    },
    remove: () => {
      rmSync(root, { recursive: true, force: true });
      folders.delete(root);
    },
  });
}

/** Names that no copy needs: what is generated, and what is not part of a project. */
const NOT_COPIED = new Set(['.git', 'node_modules', 'target', 'dist', 'coverage']);

/**
 * Copies a project into a new temporary folder and returns that folder, which is removed after the test file.
 * `entries` limits the copy to these paths.
 */
export function copyProject(from: string, entries: readonly string[] = ['.']): string {
  const to = tempFolder();
  for (const entry of entries) {
    cpSync(join(from, entry), join(to, entry), {
      recursive: true,
      filter: (source) => !NOT_COPIED.has(basename(source)) && !/\.duckdb(\.wal)?$/.test(source),
    });
  }
  return to;
}

/** The rows of a query on a database file as text cells, NULL as the empty text. Opens, reads and closes. */
export async function readRows(database: string, sql: string): Promise<string[][]> {
  // The driver is slow to load, and most tests never read a database.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`attach '${database.replaceAll("'", "''")}' as warehouse (read_only)`);
    await connection.run('use warehouse');
    const result = await connection.runAndReadAll(sql);
    return result.getRowsJson().map((row) => row.map(cellText));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function cellText(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Runs statements on a database file, as another program would. */
export async function execute(database: string, sql: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(database);
  try {
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}
