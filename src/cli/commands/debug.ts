/** `tx debug`: says what `tx` sees, and whether the target can be reached. */
import { join } from 'node:path';
import { plainLine } from '../../diagnostics/plain.ts';
import { bug } from '../../diagnostics/bug.ts';
import { engines } from '../engines.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { displayPath, openProject } from '../load-graph.ts';
import { openDatabase } from '../open-database.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions } from '../options.ts';
import { waitSeconds } from '../read-options.ts';
import type { Screen } from '../screen.ts';

export interface DebugOptions extends ProjectOptions, OutputOptions, DatabaseOptions {
  readonly output: 'text' | 'json';
}

export async function debugCommand(host: Host, screen: Screen, options: DebugOptions): Promise<ExitCode> {
  const lines: [string, string][] = [
    ['tx', host.version],
    ['node', `${process.versions.node} on ${process.platform} ${process.arch}`],
  ];
  const print = (): void => {
    if (options.output === 'json') screen.data(Object.fromEntries(lines));
    else screen.result(lines.map(([name, value]) => `${`${name}:`.padEnd(14)}${plainLine(value)}`).join('\n'));
  };
  const { project } = await openProject(host, screen, options);
  const { target } = project;
  const others = project.targetNames.filter((name) => name !== target.name);
  lines.push(
    ['project', `${project.name} (${displayPath(host, join(project.root, project.file.path))})`],
    ['.env', host.files.stat(join(project.root, '.env')) === undefined ? 'none' : 'read'],
    ['files', `${project.files.length} to compile, ${project.seeds.length} ${project.seeds.length === 1 ? 'seed' : 'seeds'}`],
    ['target', others.length === 0 ? target.name : `${target.name} (others: ${others.join(', ')})`],
    ['engine', target.type],
    ['schema', `${target.schema} (state in ${project.stateSchema})`],
    ['threads', String(target.threads)],
  );
  const engine = engines.find((candidate) => candidate.type === target.type) ?? bug(`no engine ${target.type}`);
  try {
    const { session } = await openDatabase(
      host,
      screen,
      { project, engine },
      {
        connections: 1,
        readOnly: true,
        waitSeconds: waitSeconds(options),
        signal: new AbortController().signal,
      },
    );
    lines.push(['connection', `ok: ${session.description}, ${target.type} ${session.engineVersion}`]);
    lines.push(...((await session.facts?.()) ?? []).map(([name, value]): [string, string] => [name, value]));
    await session.close();
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    if (cause.diagnostics.some((entry) => entry.code === 'missing-database')) {
      lines.push(['connection', 'no database yet: `tx build` makes it']);
      print();
      return exitCodes.ok;
    }
    lines.push(['connection', 'failed']);
    print();
    throw new Stop(exitCodes.failed, cause.diagnostics);
  }
  print();
  return exitCodes.ok;
}
