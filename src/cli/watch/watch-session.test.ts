import { describe, expect, it } from 'vitest';
import { createInbox } from './inbox.ts';
import type { WatchMessage } from './session.ts';
import { keepView, memoryHost, memoryProject, options } from './watch-fixture.ts';
import type { KeptView } from './watch-fixture.ts';
import { watchProject } from './watch-session.ts';

const text = 'select 1 as one\n';

function start(
  files: Readonly<Record<string, string>>,
  messages: readonly WatchMessage[],
): { readonly kept: KeptView; readonly ended: Promise<number> } {
  const host = memoryHost(memoryProject(files));
  const kept = keepView(host);
  const inbox = createInbox<WatchMessage>();
  for (const message of messages) inbox.put(message);
  const js = { current: () => '', next: () => undefined };
  const ports = { host, view: kept.view, screenFor: kept.screenFor, inbox, js, loaded: () => undefined, readAnew: () => undefined };
  return { kept, ended: watchProject(ports, { ...options, command: 'compile' }) };
}

describe('a watching session', () => {
  it('compiles once, tells that it listens, and ends with the code that it is given', async () => {
    const { kept, ended } = start({ 'models/a.sql': text }, [{ kind: 'listening' }, { kind: 'quit', code: 130 }]);
    expect(await ended).toBe(130);
    // What runs and what is heard take turns as they come.
    const types = kept.events.map(({ type }) => type);
    expect(types.toSorted()).toEqual(['compiled', 'watch-ended', 'watch-ending', 'watch-listening', 'watch-started', 'work-started']);
    expect(types[0]).toBe('watch-started');
    // Whatever the run still tells comes before.
    expect(types.at(-1)).toBe('watch-ended');
  });

  it('warns with files-not-watched when changes cannot be heard, and goes on', async () => {
    const { kept, ended } = start({ 'models/a.sql': text }, [
      { kind: 'unheard', reason: 'ENOSPC: no watches are left' },
      { kind: 'key', key: 'z' },
      { kind: 'key', key: 'q' },
    ]);
    expect(await ended).toBe(0);
    expect(kept.text()).toContain('warning files-not-watched\n  changes of files may go unnoticed: ENOSPC: no watches are left\n');
  });

  it('rejects for a bug', async () => {
    const { ended } = start({ 'models/a.sql': text }, [{ kind: 'broken', cause: new Error('a bug') }]);
    await expect(ended).rejects.toThrow('a bug');
  });

  it('starts without a project that can be used, and says once what is wrong', async () => {
    const { kept, ended } = start({ 'project.yaml': 'nme: x\n' }, [
      { kind: 'listening' },
      { kind: 'key', key: 'r' },
      { kind: 'key', key: 'q' },
    ]);
    expect(await ended).toBe(0);
    expect(kept.text().split('unknown key').length).toBe(2);
    expect(kept.events.map(({ type }) => type)).toEqual(['project-refused', 'watch-listening', 'watch-ending', 'watch-ended']);
  });
});
