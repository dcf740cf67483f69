/** What CI systems read of a run. */
import { describe, expect, it } from 'vitest';
import type { NodeResult, RunResult } from '../execute/events.ts';
import { createMask } from './mask.ts';
import { githubAnnotations, githubSummary } from './github.ts';
import { renderJunit } from './junit.ts';
import { built, failedTest, nodeId, tested } from './run-fixture.ts';

function runOf(results: readonly NodeResult[], status: RunResult['status'] = 'failed'): RunResult {
  return {
    runId: 'run-1',
    command: 'build',
    startedAt: '2026-11-19T08:00:00.000Z',
    finishedAt: '2026-11-19T08:00:01.500Z',
    durationMs: 1500,
    status,
    results,
    warnings: [],
    transient: false,
  };
}

const same = (text: string): string => text;

const mixed = runOf([
  built('orders'),
  built('totals', { status: 'skipped', skippedBecause: nodeId('model.shop.orders') }),
  tested('not_null_a'),
  failedTest('unique_b', 2, 10),
  failedTest('not_null_c', 1, 10, { status: 'warn' }),
  tested('odd', { status: 'error', message: 'no "such" <column>\u001b[31m & more\ud800' }),
]);

describe('JUnit', () => {
  it('holds a suite for models and one for tests, with the counts of each', () => {
    expect(renderJunit(mixed, same).split('\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="tx build" tests="6" failures="1" errors="1" time="1.500">',
      '  <testsuite name="models" tests="2" failures="0" errors="0" skipped="1" time="0.040" timestamp="2026-11-19T08:00:00">',
      '    <testcase name="orders" classname="models/marts/orders.sql" file="models/marts/orders.sql" time="0.020"/>',
      '    <testcase name="totals" classname="models/marts/totals.sql" file="models/marts/totals.sql" time="0.020">',
      '      <skipped message="model.shop.orders failed"/>',
      '    </testcase>',
      '  </testsuite>',
      '  <testsuite name="tests" tests="4" failures="1" errors="1" skipped="0" time="0.080" timestamp="2026-11-19T08:00:00">',
      '    <testcase name="not_null_a" classname="models/marts/marts.yaml" file="models/marts/marts.yaml" time="0.020"/>',
      '    <testcase name="unique_b" classname="models/marts/marts.yaml" file="models/marts/marts.yaml" time="0.020">',
      '      <failure message="test `unique_b` found 2 of 10 rows" type="test-failed"/>',
      '    </testcase>',
      '    <testcase name="not_null_c" classname="models/marts/marts.yaml" file="models/marts/marts.yaml" time="0.020">',
      '      <system-out>warning: test `not_null_c` found 1 of 10 rows</system-out>',
      '    </testcase>',
      '    <testcase name="odd" classname="models/marts/marts.yaml" file="models/marts/marts.yaml" time="0.020">',
      '      <error message="no &quot;such&quot; &lt;column&gt; &amp; more\ufffd" type="not_null"/>',
      '    </testcase>',
      '  </testsuite>',
      '</testsuites>',
      '',
    ]);
  });
});

describe('annotations', () => {
  const place = {
    folder: 'data/',
    hide: same,
    textOf: (path: string) => (path.endsWith('.yaml') ? `models:\n${'x'.repeat(60)}` : undefined),
  };

  it('stand on the line of the test, and on the file where no line is known', () => {
    expect(githubAnnotations(mixed, place)).toEqual([
      '::error file=data/models/marts/marts.yaml,line=2,col=35,title=test-failed · unique_b::test `unique_b` found 2 of 10 rows',
      '::error file=data/models/marts/marts.yaml,line=1,col=1,title=error · odd::no "such" <column> & more\ud800',
      '::warning file=data/models/marts/marts.yaml,line=2,col=35,title=test-warned · not_null_c::test `not_null_c` found 1 of 10 rows',
    ]);
  });

  it('cannot start another command, whatever a message holds', () => {
    const [line] = githubAnnotations(runOf([built('a,b:c', { status: 'error', message: '100%\n::error::x' })]), place);
    expect(line).toBe('::error file=data/models/marts/a%2Cb%3Ac.sql,title=error · a%2Cb%3Ac::100%25%0A::error::x');
  });

  it('are as many as are shown, the last of which tells of the others', () => {
    const many = (count: number) => Array.from({ length: count }, (_item, at) => failedTest(`t${at}`, 1, 1));
    expect(githubAnnotations(runOf(many(10)), place)).toHaveLength(10);
    const lines = githubAnnotations(runOf(many(25)), place);
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe('::error title=tx::16 more: see the summary of the step, or the log');
  });
});

describe('the summary', () => {
  it('counts, and lists what did not go well, the worst first', () => {
    expect(githubSummary(mixed, same).split('\n')).toEqual([
      '### ❌ tx build',
      '',
      '1 success · 1 skipped · 1 pass · 1 fail · 1 warn · 1 error in 1.5s',
      '',
      '| | node | file | |',
      '|---|---|---|---|',
      '| ❌ error | odd | models/marts/marts.yaml | no "such" &lt;column> &amp; more\ud800 |',
      "| ❌ fail | unique\\_b | models/marts/marts.yaml | test 'unique\\_b' found 2 of 10 rows |",
      "| ⚠️ warn | not\\_null\\_c | models/marts/marts.yaml | test 'not\\_null\\_c' found 1 of 10 rows |",
      '| ⏭️ skipped | totals | models/marts/totals.sql | model.shop.orders failed |',
      '',
      '',
    ]);
  });

  it('is short where all went well, and never longer than is shown', () => {
    expect(githubSummary(runOf([built('a')], 'success'), same)).toBe('### ✅ tx build\n\n1 success in 1.5s\n\n');
    const long = Array.from({ length: 800 }, (_item, at) => built(`m${at}`, { status: 'error', message: 'ä'.repeat(3000) }));
    const text = githubSummary(runOf(long), same);
    expect(new TextEncoder().encode(text).length).toBeLessThan(1024 * 1024);
    expect(text).toMatch(/\n\d+ more are in the log\.\n/);
  });
});

describe('secrets', () => {
  // Each of its characters is spelled another way by one of the forms.
  const secret = `s3cr<w>&"x"_*%:,\`é`;
  const { apply: hide } = createMask([secret, 'ab', '2', 'name']);
  const leaky = runOf([
    built(`m ${secret}`, { status: 'error', message: `cannot: ${secret}\nab`, path: `models/${secret}.sql` }),
    built('below', { status: 'skipped', skippedBecause: nodeId(`model.shop.${secret}`) }),
    failedTest(`t ${secret}`, 1, 1, { status: 'warn', message: `found ${secret}` }),
  ]);
  const pieces = ['s3cr', 'w&', 'ab'];

  it('are in no file of JUnit, whose own words and numbers stay', () => {
    const text = renderJunit(leaky, hide);
    for (const piece of pieces) expect(text).not.toContain(piece);
    expect(text).toContain('<testcase name="m ***" classname="models/***.sql" file="models/***.sql" time="0.020">');
    expect(text).toContain('<error message="cannot: ***&#10;***" type=');
    expect(text).toContain('<skipped message="model.shop.*** failed"/>');
    expect(text).toContain('<system-out>warning: found ***</system-out>');
    expect(text).toContain('<testsuite name="models" tests="2" ');
  });

  it('are in no annotation and in no summary', () => {
    const lines = githubAnnotations(leaky, { folder: '', textOf: () => undefined, hide });
    for (const text of [...lines, githubSummary(leaky, hide)]) for (const piece of pieces) expect(text).not.toContain(piece);
    expect(lines[0]).toBe('::error file=models/***.sql,title=error · m ***::cannot: ***%0A***');
    expect(githubSummary(leaky, hide)).toContain(String.raw`| ❌ error | m \*\*\* | models/\*\*\*.sql | cannot: \*\*\* \*\*\* |`);
  });
});
