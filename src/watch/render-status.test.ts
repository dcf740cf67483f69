import { describe, expect, it } from 'vitest';
import { createPaint } from '../report/paint.ts';
import { listNames, renderStatus } from './render-status.ts';
import { renderWatchLine, renderWatchLog } from './watch-line.ts';
import type { WatchEvent } from './watch-event.ts';
import { nextStatus, startStatus } from './watch-status.ts';
import type { WatchStatus } from './watch-status.ts';

const style = { paint: createPaint(false), unicode: true, width: 80 };
const texts = { notices: '', problems: '', results: '', version: '1.0.0', keys: true };
const started: WatchEvent = {
  type: 'watch-started',
  command: 'build',
  project: 'shop',
  target: 'dev',
  counts: { models: 2, seeds: 0, snapshots: 0, tests: 3 },
};

const after = (...events: readonly WatchEvent[]): WatchStatus => events.reduce(nextStatus, startStatus('build'));
const drawn = (status: WatchStatus, more: Partial<typeof texts> = {}, height = 30): string =>
  renderStatus(status, { ...texts, ...more }, style, height).join('\n');

const keys = 'keys     r run · d downstream · t test · f failed · a all · q quit';

describe('the status block', () => {
  it('tells what is watched, what changed, what came of it, and which keys there are', () => {
    const status = after(
      started,
      { type: 'files-changed', paths: ['models/a.sql', 'models/b.sql'] },
      { type: 'change-checked', nodes: ['a', 'b', 'c'], problems: 0, durationMs: 12.4 },
      { type: 'work-started', kind: 'changed', names: ['a', 'b'] },
      { type: 'work-moved', running: ['b'], finished: 1, failed: 0, total: 2 },
    );
    const head =
      'tx 1.0.0 · build shop to dev · watching 2 models, 3 tests\nchanged  models/a.sql, models/b.sql\nchecked  ✔ a, b, c  in 12 ms\n';
    expect(drawn(status)).toBe(`${head}running  b  1/2\n${keys}`);
    const ended = nextStatus(status, { type: 'work-ended', status: 'success', verdict: '✔ 2 ok' });
    // The database is not free yet.
    expect(drawn(ended)).toBe(`${head}ran      a, b  ✔ 2 ok\n${keys}`);
    expect(drawn(nextStatus(ended, { type: 'idle' }))).toBe(`${head}ran      a, b  ✔ 2 ok\nwaiting  for a change\n${keys}`);
  });

  it('keeps problems between what changed and what ran, and leaves out what does not fit', () => {
    const status = after(started, { type: 'files-changed', paths: ['a.sql'] }, { type: 'project-refused', problems: 1, isRunning: false });
    const problems = 'error one\n  1 | a\n\nerror two\n  2 | b\n\n';
    expect(drawn(status, { problems }).split('\n').slice(2)).toEqual([
      'checked  ✖ the project cannot be used like this',
      '',
      'error one',
      '  1 | a',
      '',
      'error two',
      '  2 | b',
      '',
      'waiting  for a change',
      keys,
    ]);
    for (let height = 6; height < 12; height += 1) {
      const lines = renderStatus(status, { ...texts, problems }, style, height);
      expect(lines.length).toBe(height);
      expect(lines.at(-3)).toMatch(/… \d more lines?/);
      expect(lines.at(-1)).toBe(keys);
    }
  });

  it('goes on showing a run while files change', () => {
    const status = after(started, { type: 'work-started', kind: 'all', names: ['a'] }, { type: 'files-changed', paths: ['b.sql'] });
    expect(drawn(status)).toContain('running  …  0/1');
    const queued = nextStatus(status, { type: 'run-overtaken', how: 'queue', paths: ['b.sql'] });
    expect(drawn(queued)).toContain('runs when this run is over');
  });

  it('draws nothing that moves the cursor, whatever files are called', () => {
    const status = after(started, { type: 'files-changed', paths: ['models/a\u001b[2J\n.sql'] });
    expect(drawn(status)).not.toContain('\u001b');
    expect(drawn(status).split('\n').length).toBe(4);
  });

  it('shortens lists of names', () => {
    const names = Array.from({ length: 30 }, (_, index) => `model_${index}`);
    expect(listNames(names, 40)).toBe('model_0, model_1, model_2 and 27 more');
    expect(listNames(['one'], 40)).toBe('one');
    expect(listNames(['a'.repeat(50)], 20)).toHaveLength(20);
  });
});

describe('lines of a log', () => {
  it('tell each event once, in words or as JSON', () => {
    const checked: WatchEvent = { type: 'change-checked', nodes: ['a'], problems: 2, durationMs: 3 };
    expect(renderWatchLine(checked)).toBe('checked a: 2 problems in 3 ms');
    expect(JSON.parse(renderWatchLog(checked, 0) ?? '')).toEqual({
      ts: '1970-01-01T00:00:00.000Z',
      level: 'error',
      event: 'change_checked',
      nodes: ['a'],
      problems: 2,
      duration_ms: 3,
    });
    expect(renderWatchLine({ type: 'files-changed', paths: [] })).toBe('everything is read anew');
    expect(renderWatchLog({ type: 'work-ended', status: 'success', verdict: '' }, 0)).toBeUndefined();
  });
});
