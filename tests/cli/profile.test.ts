import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shop } from './shop.ts';
import type { Shop } from './shop.ts';

interface Span {
  readonly name: string;
  readonly cat: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

function spansOf(project: Shop, path = 'trace.json'): readonly Span[] {
  const trace = JSON.parse(project.read(path)) as { readonly traceEvents: readonly Span[] };
  const names = trace.traceEvents.filter(({ ph }) => ph === 'M').map(({ tid }) => tid);
  const spans = trace.traceEvents.filter(({ ph }) => ph === 'X');
  const counts = trace.traceEvents.filter(({ ph }) => ph === 'C');
  expect(names.length + spans.length + counts.length).toBe(trace.traceEvents.length);
  for (const { ts, dur, tid } of spans)
    expect({ ts: ts >= 0, dur: dur >= 0, named: names.includes(tid) }).toEqual({ ts: true, dur: true, named: true });
  return spans;
}

const endOf = ({ ts, dur }: Span): number => ts + dur;

/** Spans of one row either follow each other or lie inside each other. */
function expectNested(spans: readonly Span[]): void {
  for (const a of spans) {
    for (const b of spans) {
      const apart = endOf(a) <= b.ts || endOf(b) <= a.ts;
      const inside = (a.ts <= b.ts && endOf(b) <= endOf(a)) || (b.ts <= a.ts && endOf(a) <= endOf(b));
      expect(apart || inside, `${a.name} ${a.ts}+${a.dur}, ${b.name} ${b.ts}+${b.dur}`).toBe(true);
    }
  }
}

describe('--profile', () => {
  it('writes every stage, every node once, and the statements inside their nodes', async () => {
    const project = await shop();
    expect((await project.tx(['build', '--profile', 'trace.json', '--threads', '2'])).code).toBe(0);
    const spans = spansOf(project);
    const stages = spans.filter(({ cat }) => cat === 'stage').map(({ name }) => name);
    expect(stages).toEqual([
      'start',
      'load project',
      'discover',
      'open cache',
      'compare files',
      'read',
      'parse',
      'compile',
      'link',
      'keep cache',
      'select',
      'check queries',
      'open',
      'read catalog and state',
      'read seeds',
      'plan',
      'analyze',
      'execute',
      'report',
    ]);
    const { results } = JSON.parse(project.read('target/run_results.json')) as {
      readonly results: readonly { readonly unique_id: string; readonly status: string }[];
    };
    const nodes = spans.filter(({ cat }) => cat === 'node' || cat === 'test');
    expect(nodes.map(({ args }) => [args['id'], args['status']]).sort()).toEqual(
      results.map(({ unique_id: id, status }) => [id, status]).sort(),
    );
    for (const row of [0, 1, 3]) expectNested(spans.filter(({ tid }) => tid === row));
    const total = spans.find(({ name, cat }) => name === 'total' && cat === 'node');
    const inside = spans.filter(
      (span) => span.cat === 'statement' && span.tid === total?.tid && span.ts >= total.ts && endOf(span) <= endOf(total),
    );
    expect(inside.map(({ name }) => name)).toEqual(expect.arrayContaining(['begin', 'run', 'run and commit']));
    expect(inside.map(({ args }) => String(args['sql'])).join('\n')).toContain('sum(amount)');
    const execute = spans.find(({ name }) => name === 'execute');
    for (const node of nodes) expect(node.ts >= (execute?.ts ?? 0) && endOf(node) <= endOf(execute ?? node)).toBe(true);
  });

  it('goes with every command, by flag and by variable, seen from where the user stands', async () => {
    const project = await shop();
    expect((await project.tx(['ls', '--profile=here.json', '-q'], { in: 'models' })).code).toBe(0);
    expect(spansOf(project, 'models/here.json').map(({ name }) => name)).toContain('select');
    expect((await project.tx(['compile', '-q'], { env: { TX_PROFILE: 'compile.json' } })).code).toBe(0);
    expect(spansOf(project, 'compile.json').map(({ name }) => name)).toContain('write compiled');
  });

  it('tells of a command that stopped, and of skipped nodes', async () => {
    const project = await shop({
      'models/staging/stg.sql': '{{config materialized="table"}}select error(\'stop\') as id from {{ref "raw"}}\n',
    });
    expect((await project.tx(['build', '--no-analyze', '--profile', 'trace.json'])).code).toBe(1);
    const statuses = spansOf(project).flatMap(({ cat, name, args }) => (cat === 'node' ? [`${name} ${String(args['status'])}`] : []));
    expect(statuses.sort()).toEqual(['raw success', 'stg error', 'total skipped']);
    expect((await project.tx(['run', '-s', 'nowhere', '--profile', 'stopped.json'])).code).toBe(2);
    expect(spansOf(project, 'stopped.json').map(({ name }) => name)).toContain('select');
  });

  it('writes no secret', async () => {
    const project = await shop({
      'models/s.yaml': 'sources: [{name: s, tables: [{name: t, external: "https://ann:hunter2@example.invalid/a.csv"}]}]\n',
      'models/r.sql': '{{config materialized="table"}}select * from {{source "s" "t"}}\n',
    });
    await project.tx(['run', '-s', 'r', '--profile', 'trace.json']);
    expect(project.read('trace.json')).toContain('example.invalid');
    expect(project.read('trace.json')).not.toContain('hunter2');
  });

  it('is no reason to fail, and writes nothing unless asked', async () => {
    const project = await shop();
    const result = await project.tx(['ls', '-s', 'stg', '--resource-type', 'model', '--profile', 'models/shop.yaml/x.json']);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 0, stdout: 'shop.staging.stg\n' });
    expect(result.stderr).toContain('warning artifact-not-written');
    await project.tx(['ls']);
    expect(existsSync(project.path('trace.json'))).toBe(false);
  });
});
