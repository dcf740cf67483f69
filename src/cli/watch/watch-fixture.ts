/** A watched project on a file system in memory, and a view that keeps what it is told. */
import type { Channel, Output } from '../../report/output.ts';
import { memoryFiles } from '../../project/memory-files.ts';
import type { MemoryFiles } from '../../project/memory-files.ts';
import type { WatchEvent } from '../../watch/watch-event.ts';
import { createEndings } from '../host.ts';
import type { Host } from '../host.ts';
import { createScreen } from '../screen.ts';
import type { Screen } from '../screen.ts';
import type { WatchView } from './watch-view.ts';

export const root = '/project';
export const options = { select: [], exclude: [], resourceType: [], excludeResourceType: [], logFormat: 'text', projectDir: root } as const;

export const projectYaml = 'name: shop\ntargets:\n  dev: { type: duckdb, path: /nowhere/shop.duckdb, schema: main, threads: 1 }\n';

export function memoryProject(files: Readonly<Record<string, string>>): MemoryFiles {
  const memory = memoryFiles({});
  for (const [path, text] of Object.entries({ 'project.yaml': projectYaml, ...files })) memory.writeAtomic(`${root}/${path}`, text);
  memory.clock += 10_000;
  return memory;
}

export function memoryHost(files: MemoryFiles, write: (text: string) => void = () => undefined): Host {
  const channel: Channel = { write, isTty: false, columns: 100, colour: false, unicode: true };
  return {
    cwd: root,
    env: {},
    files,
    clock: { now: () => files.clock, sleep: () => Promise.resolve() },
    output: { stdout: channel, stderr: channel },
    outputFailed: () => false,
    enter: () => undefined,
    pid: 1,
    isRunning: () => false,
    version: '1.0.0',
    build: undefined,
    ...createEndings(),
    packageRoot: '/package',
  };
}

export interface KeptView {
  readonly view: WatchView;
  readonly events: WatchEvent[];
  readonly screenFor: () => Screen;
  readonly text: () => string;
}

export function keepView(host: Host): KeptView {
  const events: WatchEvent[] = [];
  let text = '';
  const channel: Channel = { ...host.output.stderr, columns: 100, write: (more) => void (text += more) };
  const output: Output = { stdout: channel, stderr: channel };
  return {
    events,
    text: () => text,
    screenFor: () => createScreen({ ...host, output }, options),
    view: {
      tell: (event) => void events.push(event),
      outputFor: () => output,
      reporter: () => ({ handle: () => undefined, stop: () => undefined }),
      close: () => undefined,
    },
  };
}
