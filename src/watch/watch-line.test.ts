import { describe, expect, it } from 'vitest';
import type { WatchEvent } from './watch-event.ts';
import { renderWatchLog } from './watch-line.ts';

/** Names and messages of the lines that an event gives. */
function lines(event: WatchEvent): readonly (readonly [string, unknown])[] {
  const text = renderWatchLog(event, 0);
  if (text === undefined) return [];
  return text.split('\n').map((line) => {
    // A line of the log is an object of these.
    const { event: name, message } = JSON.parse(line) as { readonly event: string; readonly message?: string };
    return [name, message];
  });
}

describe('the log of a watching command', () => {
  it('says that it waits after a project that cannot be used, as after everything else', () => {
    expect(lines({ type: 'project-refused', problems: 1, isRunning: false })).toEqual([
      ['change_checked', undefined],
      ['watch_waiting', 'the project cannot be used like this'],
    ]);
    expect(lines({ type: 'nothing-to-run', because: 'nothing changed that runs', isRunning: false })).toEqual([
      ['watch_waiting', 'nothing changed that runs'],
    ]);
    expect(lines({ type: 'idle' })).toEqual([['watch_waiting', 'for a change']]);
  });

  it('does not say so as long as something runs, and says once why a run did nothing', () => {
    expect(lines({ type: 'project-refused', problems: 1, isRunning: true })).toEqual([['change_checked', undefined]]);
    expect(lines({ type: 'nothing-to-run', because: 'nothing changed that runs', isRunning: true })).toEqual([]);
    expect(lines({ type: 'work-dropped', because: 'nothing to do' })).toEqual([]);
    expect(lines({ type: 'idle', because: 'nothing to do' })).toEqual([['watch_waiting', 'nothing to do']]);
  });

  it('ends with watch_ended', () => {
    expect(lines({ type: 'watch-ending' })).toEqual([]);
    expect(lines({ type: 'watch-ended' })).toEqual([['watch_ended', undefined]]);
  });
});
