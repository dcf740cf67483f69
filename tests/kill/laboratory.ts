/** Kills builds: prepares a file, lets a child die on it, and judges what is left. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ChildReport, ChildRequest } from './child.ts';
import type { CommandRequest } from './command-child.ts';
import { createSlots } from '../../src/adapters/duckdb/query-slots.ts';
import { runBuild } from './drive.ts';
import type { Call, KillPoint, Sabotage } from './fault-session.ts';
import { operationFor } from './operations.ts';
import type { KillOperation } from './operations.ts';
import { everything } from './size.ts';
import { takeSnapshot } from './snapshot.ts';
import { changedRelations, judgeKilled, judgeRerun, killedRun, nextRun } from './verdict.ts';
import type { Baseline, Violation } from './verdict.ts';
import { execute, openFileYard } from './yard.ts';
import type { Yard } from './yard.ts';

export interface Laboratory {
  /** Prepares an operation: its file before the run, and what runs that nobody kills make of it. */
  readonly prepare: (operation: KillOperation) => Promise<Bench>;
  readonly close: () => Promise<void>;
}

/** One operation, ready to be killed as often as wanted. */
export interface Bench {
  readonly operation: KillOperation;
  readonly baseline: Baseline;
  /** Calls of an undisturbed run, texts split. */
  readonly calls: readonly Call[];
  /** Time that an undisturbed build took, from the open file to the end of its process. */
  readonly buildMs: number;
  /** Kills at a call, judges, runs again, judges. */
  readonly killAt: (kill: KillPoint, sabotage?: Sabotage) => Promise<Trial>;
  /** Kills this long after the file was open. */
  readonly killAfter: (ms: number) => Promise<Trial>;
  /** Lets the run end, and judges it as if it had been killed then. */
  readonly leaveAlone: (sabotage?: Sabotage) => Promise<readonly Violation[]>;
}

export interface Trial {
  readonly violations: readonly Violation[];
  /** Relations that were new when the process died. */
  readonly published: number;
  /** False when a child that was to die at a random time was faster. */
  readonly killed: boolean;
  /** From the open file to the end of the child, whatever that was. */
  readonly lastedMs: number;
}

type InTurn = <T>(job: () => Promise<T>) => Promise<T>;

interface ChildEnd {
  readonly signal: NodeJS.Signals | null;
  readonly report: ChildReport | undefined;
  readonly buildMs: number;
}

const historyOrder = 1;
const killedOrder = 50;
const nextOrder = 60;

/** Trials at once: each is a child, and then work in this process. */
const trialsAtOnce = 2;

/** Makes one file of a program of this folder; gives its path. */
export async function bundleChild(root: string, name: string): Promise<string> {
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(root, 'node_modules'));
  const child = join(root, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@duckdb/*', '@electric-sql/*', 'libpg-query', 'pg-native'],
    banner: {
      js: `import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);`,
    },
    logLevel: 'error',
  });
  return child;
}

/** Bundles the child and gives the means to kill it. */
export async function openLaboratory(openYard: (root: string) => Promise<Yard> = openFileYard): Promise<Laboratory> {
  const root = mkdtempSync(join(tmpdir(), 'tx-kill-'));
  const child = await bundleChild(root, 'child.ts');
  const slots = createSlots(trialsAtOnce);
  const inTurn: InTurn = async (job) => {
    await slots.acquire();
    try {
      return await job();
    } finally {
      slots.release();
    }
  };
  const yard = await openYard(root);
  return {
    prepare: (operation) => prepare(operationFor(operation, yard.engine), yard, child, inTurn),
    close: async () => {
      await yard.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function prepare(operation: KillOperation, yard: Yard, child: string, inTurn: InTurn): Promise<Bench> {
  const { adapter, engine } = yard;
  const base = await yard.create();
  const request = { engine, operation: operation.name, runId: killedRun, order: killedOrder };
  const { baseline, undisturbed } = await inTurn(async () => {
    await layFoundation(operation, yard, base);
    const before = await takeSnapshot(adapter, base);
    const file = await yard.copy(base);
    const ending = await runChild(child, { ...request, database: file, splitTexts: true });
    const once = await takeSnapshot(adapter, file);
    await runBuild(operation.run, { database: file, runId: nextRun, order: nextOrder, adapter });
    const found: Baseline = { before, once, twice: await takeSnapshot(adapter, file) };
    checkBaseline(operation, found, ending);
    if (everything) {
      const whole = await yard.copy(base);
      const { report } = await runChild(child, { ...request, database: whole, splitTexts: false });
      const same = JSON.stringify([...(await takeSnapshot(adapter, whole)).contents]) === JSON.stringify([...once.contents]);
      if (report?.status !== ending.report?.status || !same)
        throw new Error(`${operation.name}: statements one by one do not come to the same`);
    }
    return { baseline: found, undisturbed: ending };
  });

  const trial = <T>(judge: (database: string) => Promise<T>): Promise<T> =>
    inTurn(async () => {
      const database = await yard.copy(base);
      const result = await judge(database);
      await yard.remove(database);
      return result;
    });
  return {
    operation,
    baseline,
    calls: undisturbed.report?.calls ?? [],
    buildMs: undisturbed.buildMs,
    killAt: (kill, sabotage) =>
      trial(async (database) => {
        const end = await runChild(child, {
          ...request,
          database,
          kill,
          splitTexts: true,
          ...(sabotage === undefined ? {} : { sabotage }),
        });
        if (end.signal !== 'SIGKILL' && sabotage === undefined) throw new Error(`${operation.name}: no SIGKILL at ${kill.side} ${kill.at}`);
        return judgeDead(operation, baseline, { yard, database, end });
      }),
    killAfter: (ms) =>
      trial(async (database) => {
        const end = await runChild(child, { ...request, database, splitTexts: false }, ms);
        return judgeDead(operation, baseline, { yard, database, end });
      }),
    leaveAlone: (sabotage) =>
      trial(async (database) => {
        await runChild(child, { ...request, database, splitTexts: true, ...(sabotage === undefined ? {} : { sabotage }) });
        return judgeKilled(operation, baseline, await takeSnapshot(adapter, database));
      }),
  };
}

async function layFoundation(operation: KillOperation, { adapter }: Yard, base: string): Promise<void> {
  const [first, later] = [operation.given?.slice(0, 1) ?? [], operation.given?.slice(1) ?? []];
  await execute(adapter, base, first);
  for (const [index, spec] of operation.history.entries()) {
    const { status } = await runBuild(spec, { database: base, runId: `history-${index}`, order: historyOrder + index, adapter });
    if (status !== 'success') throw new Error(`${operation.name}: the history failed`);
  }
  await execute(adapter, base, later);
}

/** A fixture that changes nothing, or does not do what it says, would prove nothing. */
function checkBaseline(operation: KillOperation, { before, once }: Baseline, ending: ChildEnd): void {
  const expected = operation.expected ?? 'success';
  if (ending.report?.status !== expected) throw new Error(`${operation.name}: ended as ${ending.report?.status}, not ${expected}`);
  const keys = new Set([...before.relations.keys(), ...once.relations.keys()]);
  const changed = [...keys].filter((key) => before.relations.get(key) !== once.relations.get(key));
  if ((changed.length === 0) !== (operation.changesNothing ?? false))
    throw new Error(`${operation.name}: ${changed.length} relations change`);
  for (const [key, content] of once.relations)
    if (content.startsWith('unreadable')) throw new Error(`${operation.name}: ${key} is ${content}`);
}

async function judgeDead(
  operation: KillOperation,
  baseline: Baseline,
  { yard, database, end }: { readonly yard: Yard; readonly database: string; readonly end: ChildEnd },
): Promise<Trial> {
  const { adapter } = yard;
  const after = await yard.peek(database);
  const violations = [...judgeKilled(operation, baseline, after)];
  const published = changedRelations(baseline, after).size;
  if (violations.length === 0) {
    const { status } = await runBuild(operation.run, { database, runId: nextRun, order: nextOrder, adapter });
    violations.push(...judgeRerun(operation, baseline, after, await takeSnapshot(adapter, database), status));
    const left = yard.leftovers(database);
    if (left.length > 0) violations.push({ kind: 'rerun', text: `beside the database lies ${left.join(', ')}` });
  }
  return { violations, published, killed: end.signal === 'SIGKILL', lastedMs: end.buildMs };
}

/** Runs the child to its end, whatever that is. With `killAfterMs` it is killed from outside, that long after it opened the file. */
export function runChild(program: string, request: ChildRequest | CommandRequest, killAfterMs?: number): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(request)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let openedAt: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    const limit = setTimeout(() => child.kill('SIGKILL'), 120_000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (openedAt !== undefined || !stdout.includes('\n')) return;
      openedAt = performance.now();
      if (killAfterMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(limit);
      if (signal === null && code !== 0) {
        reject(new Error(`the child ended with ${code}: ${stderr}`));
        return;
      }
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      // The child prints its report as the last line, and only at its end.
      const report = signal === null ? (JSON.parse(last) as ChildReport) : undefined;
      resolve({ signal, report, buildMs: performance.now() - (openedAt ?? performance.now()) });
    });
  });
}
