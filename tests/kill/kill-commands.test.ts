/** Commands that are more than the run of a plan, killed at their calls: promotion between databases and schemas, and `tx env drop`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { REPOSITORY } from '../support/tx.ts';
import { environment, flows } from './command-flows.ts';
import type { CommandFlow } from './command-flows.ts';
import { copyPlace, layPlace, look, removePlace, tx } from './command-place.ts';
import type { Place } from './command-place.ts';
import { judgeAgain, judgeDeath, judgeGone, progress } from './command-verdict.ts';
import type { FlowBaseline } from './command-verdict.ts';
import type { Call, KillPoint } from './fault-session.ts';
import { bundleChild, runChild } from './laboratory.ts';
import { dice, everything, seed, tell } from './size.ts';
import { openFileYard, openServerYard } from './yard.ts';
import type { Yard } from './yard.ts';

const writes: ReadonlySet<Call['kind']> = new Set(['run', 'load', 'commit', 'file']);
const reads: ReadonlySet<Call['kind']> = new Set(['open', 'connect', 'query', 'disconnect', 'close']);

/**
 * One call follows the other, so what comes after one is what comes before the next; and before the first that writes all
 * moments are one. In the short form one of them: of a promotion, right behind one of its commits; of a drop, the last in which
 * something is still there.
 */
function choosePoints({ kind }: CommandFlow, calls: readonly Call[], random: () => number): readonly KillPoint[] {
  if (everything) {
    const first = calls.findIndex((call) => !reads.has(call.kind));
    const all = calls.flatMap((call, index): readonly KillPoint[] => {
      if (index < first) return [];
      const at = index + 1;
      return [{ at, side: 'before' }, ...(writes.has(call.kind) ? [{ at, side: 'during' } as const] : [])];
    });
    return [...all, { at: calls.length, side: 'after' }];
  }
  if (kind === 'drop')
    return [{ at: calls.findLastIndex((call) => call.kind === 'file' || call.sql.startsWith('drop ')) + 1, side: 'before' }];
  const commits = calls.flatMap((call, index) => (call.kind === 'commit' ? [index + 1] : []));
  return [{ at: commits[Math.floor(random() * commits.length)] ?? 1, side: 'after' }];
}

const commandOf = ({ kind }: CommandFlow): string => (kind === 'promote' ? `promote ${environment}` : `env drop ${environment} --yes`);

function judgeFlows(engine: CommandFlow['engine'], open: (folder: string) => Promise<Yard>): void {
  let folder = '';
  let child = '';
  let yard: Yard;
  const started = performance.now();
  const sum = { kills: 0, begun: 0, violations: 0 };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tx-kill-'));
    child = await bundleChild(folder, 'command-child.ts');
    yard = await open(folder);
  });
  afterAll(async () => {
    await yard.close();
    rmSync(folder, { recursive: true, force: true });
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    tell(
      `killed commands on ${engine}: ${sum.kills} kills, ${sum.begun} of them in the middle, ${sum.violations} violations, seed ${seed}, ${seconds} s`,
    );
  }, 120_000);

  /** Runs the command to its end, or to its death. */
  async function runIt(flow: CommandFlow, { root }: Place, kill?: KillPoint): Promise<readonly Call[]> {
    const request = { engine, root, command: commandOf(flow), packageRoot: REPOSITORY };
    const { signal, report } = await runChild(child, { ...request, ...(kill === undefined ? {} : { kill }) });
    if ((signal === 'SIGKILL') !== (kill !== undefined)) throw new Error(`${flow.name}: ${String(signal)} at ${JSON.stringify(kill)}`);
    return report?.calls ?? [];
  }

  /** What is wrong after a death, after the command was given again, and when the environment was taken away. */
  async function tryDeath(flow: CommandFlow, baseline: FlowBaseline, base: Place, kill: KillPoint): Promise<readonly [number, string[]]> {
    const place = await copyPlace(folder, yard, flow, base);
    await runIt(flow, place, kill);
    const after = await look(yard, flow, place);
    const found = [...judgeDeath(flow, baseline, after)];
    // A build of production comes to the same as the promotion that was cut off.
    const again = flow.kind === 'promote' && kill.at % 2 === 1 ? 'build' : commandOf(flow);
    const given = async (command: string): Promise<void> => {
      const { exit, text } = await tx(place, command);
      const isOver = command.startsWith('env drop') && exit === 2 && text.includes('unknown-environment');
      if (exit !== 0 && !isOver) found.push(`${command} ended with ${exit}: ${text}`);
    };
    await given(again);
    const settled = await look(yard, flow, place);
    found.push(...judgeAgain(flow, baseline, settled));
    if (flow.kind === 'drop') found.push(...judgeGone(settled));
    // What stands after the promotion is what decides; some of these go all the way to the end.
    else if (!everything || kill.at % 4 === 0) {
      await given('build');
      await given(`env drop ${environment} --yes`);
      const gone = await look(yard, flow, place);
      found.push(...judgeAgain(flow, baseline, gone), ...judgeGone(gone));
    }
    await removePlace(yard, flow, place);
    return [progress(flow, baseline, after), found];
  }

  it.each(flows.filter((flow) => flow.engine === engine && (everything || flow.isShort)))(
    'leaves old or new, and comes to the same when it is given again: $name',
    async (flow) => {
      const base = await layPlace(folder, yard, flow);
      const whole = await copyPlace(folder, yard, flow, base);
      const calls = await runIt(flow, whole);
      const baseline: FlowBaseline = { before: await look(yard, flow, base), once: await look(yard, flow, whole) };
      expect(progress(flow, baseline, baseline.once)).toBe(baseline.before.environment.relations.size);
      expect(baseline.before.environment.relations.size).toBeGreaterThan(3);
      const points = choosePoints(flow, calls, dice(`${engine} ${flow.name}`));
      const bad: string[] = [];
      const steps = new Set<number>();
      const waiting = [...points];
      const work = async (): Promise<void> => {
        for (let kill = waiting.shift(); kill !== undefined; kill = waiting.shift()) {
          const { at, side } = kill;
          const [step, found] = await tryDeath(flow, baseline, base, kill);
          steps.add(step);
          if (step > 0) sum.begun += 1;
          const call = calls[at - 1];
          bad.push(...found.map((what) => `${side} call ${at} (${call?.kind} ${call?.sql.slice(0, 120)}): ${what}`));
        }
      };
      await Promise.all([work(), work()]);
      sum.kills += points.length;
      sum.violations += bad.length;
      if (everything)
        tell(`${engine}, ${flow.name}: ${calls.length} calls, ${points.length} kills, ${steps.size} steps, ${bad.length} violations`);
      expect(bad).toEqual([]);
      // Deaths at one step alone would prove little.
      if (everything) expect(steps.size).toBeGreaterThan(3);
    },
    1_800_000,
  );
}

describe('a command killed at a call, on DuckDB', () => {
  judgeFlows('duckdb', openFileYard);
});

describe('a command killed at a call, on PostgreSQL', () => {
  const database = useTestDatabase();
  judgeFlows('postgres', () => Promise.resolve(openServerYard(database.url())));
});
