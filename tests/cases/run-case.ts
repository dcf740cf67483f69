/** Runs a golden case in this process, on real files and a real database in a temporary folder. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Host } from '../../src/cli/host.ts';
import { createEndings } from '../../src/cli/host.ts';
import { runProgram } from '../../src/cli/program.ts';
import { disk } from '../../src/project/disk.ts';
import type { FileSystem } from '../../src/project/file-system.ts';
import { createOutput } from '../../src/report/output.ts';
import { REPOSITORY } from '../support/tx.ts';
import type { GoldenCase, Step } from './read-case.ts';

/** What every case has that does not bring a project file of its own. */
const PROJECT = 'name: shop\ntargets:\n  dev: { type: duckdb, path: warehouse.duckdb, schema: main, threads: 1 }\n';

const NOW = Date.UTC(2024, 5, 1);

/** What a case makes of its files beside their content, by absolute path. */
interface Tricks {
  readonly unreadable: Set<string>;
  readonly changes: Map<string, Buffer>;
}

export interface CaseResult {
  /** Every command with all that it printed, as in a terminal, and its exit code. */
  readonly transcript: string;
  /** The exit codes of the `tx` commands. */
  readonly exits: readonly number[];
}

/** Runs all steps of a case. */
export async function runCase(golden: GoldenCase): Promise<CaseResult> {
  // The name keeps vitest from transforming the JavaScript in it: see vitest.config.ts.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tx-golden-case-')));
  const root = join(folder, 'shop');
  mkdirSync(root);
  const home = process.cwd();
  const tricks: Tricks = { unreadable: new Set(), changes: new Map() };
  const exits: number[] = [];
  let transcript = '';
  const ownsProject = golden.steps.some((step) => step.kind === 'write' && /^project\.ya?ml$/.test(step.path));
  try {
    if (!ownsProject) writeFileSync(join(root, 'project.yaml'), PROJECT);
    for (const step of golden.steps) {
      if (step.kind !== 'tx') await prepare(root, step, tricks);
      else {
        const { text, exit } = await runTx(root, step, tricks);
        exits.push(exit);
        transcript += `$ ${step.line}\n${normalise(text, root)}exit ${exit}\n\n`;
      }
    }
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  }
  return { transcript: `${transcript.trimEnd()}\n`, exits };
}

async function prepare(root: string, step: Exclude<Step, { kind: 'tx' }>, tricks: Tricks): Promise<void> {
  if (step.kind === 'sql') return await runSql(join(root, 'warehouse.duckdb'), step.sql);
  const path = join(root, step.path);
  if (step.kind === 'rm') return rmSync(path, { recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  if (step.kind === 'link') return symlinkSync(step.to, path);
  if (step.kind === 'change') return void tricks.changes.set(path, step.bytes);
  writeFileSync(path, step.bytes);
  if (step.kind === 'enlarge') truncateSync(path, step.size);
  else if (step.unreadable) tricks.unreadable.add(path);
}

async function runSql(database: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  try {
    await connection.run(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function runTx(root: string, step: Extract<Step, { kind: 'tx' }>, tricks: Tricks): Promise<{ text: string; exit: number }> {
  let text = '';
  const stream = { write: (part: string) => (text += part), on: () => undefined, isTTY: false, columns: 100 };
  const host: Host = {
    cwd: root,
    env: step.env,
    files: trickyFiles(disk, tricks),
    clock: { now: () => NOW, sleep: () => Promise.resolve() },
    output: createOutput({ stdout: stream, stderr: stream }, { env: step.env }),
    outputFailed: () => false,
    enter: (folder) => process.chdir(folder),
    pid: process.pid,
    isRunning: () => false,
    version: '0.0.0',
    build: undefined,
    ...createEndings(),
    packageRoot: REPOSITORY,
  };
  const exit = await runProgram(host, step.args);
  return { text, exit };
}

/** Rights do not stop the superuser, as whom tests may run, and no test can time a change: so the port does both. */
function trickyFiles(files: FileSystem, { unreadable, changes }: Tricks): FileSystem {
  const refuse = (path: string): void => {
    if (unreadable.has(path)) throw Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: 'EACCES' });
  };
  return {
    ...files,
    readBytes: (path) => {
      refuse(path);
      return files.readBytes(path);
    },
    *chunks(path) {
      refuse(path);
      yield* files.chunks(path);
      const changed = changes.get(path);
      if (changed !== undefined) writeFileSync(path, changed);
    },
  };
}

/** Takes out what differs from run to run: durations and the temporary folder. */
function normalise(text: string, root: string): string {
  return text
    .replaceAll(root, '<folder>')
    .replaceAll(/[\d.]+ [KMG]iB(?= \(|\/| used)/g, '<size>')
    .replaceAll(/\b\d+(?:\.\d+)? ?(?:ms|s)\b(?!["'`])/g, '<time>')
    .replaceAll(/[ \t]+$/gm, '');
}
