/** Reports a run while it goes, and leaves its artifacts behind. */
import { textPath } from '../compile/text-path.ts';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import type { RunEvent, RunResult } from '../execute/events.ts';
import type { PlanResult } from '../plan/build-plan.ts';
import type { Project } from '../project/project.ts';
import { shellWord } from '../diagnostics/pasteable.ts';
import { createConsoleReporter } from '../report/console-reporter.ts';
import type { RunReporter } from '../report/console-reporter.ts';
import { createJsonLog } from '../report/json-log.ts';
import { commandLine } from '../report/run-arguments.ts';
import type { NextHints } from '../report/run-summary.ts';
import { runResultsArtifact } from '../report/run-results.ts';
import { compiledFolder, compiledPathOf, nodeOfKey, writeCompiled } from './compiled-files.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import { reportToCi } from './report-to-ci.ts';
import { argumentsOf } from './run-arguments.ts';
import type { RunRequest } from './run-request.ts';
import type { Screen } from './screen.ts';
import { besideName } from './target-records.ts';
import { warnUnwritten, writeArtifact } from './write-artifact.ts';

export interface RunReport {
  readonly emit: (event: RunEvent) => void;
  /** Where the compiled text of a key will stand if its node fails. */
  readonly compiledPath: (key: string) => string | undefined;
  /** Writes run_results.json, and the compiled SQL of what failed. False when there is no new record. */
  readonly finish: (result: RunResult) => boolean;
  /** Ends the reporting, also when the run broke off. */
  readonly stop: () => void;
}

export function runResultsPath(project: Project): string {
  return `${project.paths.target}/run_results.json`;
}

export function createRunReport(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  run: { readonly request: RunRequest; readonly planned: PlanResult },
  reporter = createReporter(host, screen, run.planned, hintsFor(run.request)),
): RunReport {
  const { project, graph, engine } = loaded;
  return {
    emit: reporter.handle,
    stop: reporter.stop,
    compiledPath: (key) => {
      const node = graph.nodes.get(nodeOfKey(key));
      return node === undefined || key !== node.id ? undefined : compiledPathOf(project, textPath(node));
    },
    finish: (result) => {
      const artifact = runResultsArtifact(result, {
        args: argumentsOf(run.request.options),
        version: host.version,
        generatedAt: new Date(host.clock.now()).toISOString(),
        compiledCode: (id) => run.planned.texts.get(id)?.sql,
        relationName: engine.dialect.relation,
      });
      const shown = runResultsPath(project);
      const isRecorded = writeArtifact(host, screen, { absolute: join(project.root, shown), shown }, [`${JSON.stringify(artifact)}\n`]);
      const isNamed = isRecorded && nameForTarget(host, screen, project, shown);
      if (run.request.options.output === 'json') screen.data(artifact);
      reportToCi(host, screen, { project, junit: run.request.options.junit, result });
      const failed = result.results.flatMap((node) =>
        node.status === 'error' || node.status === 'fail' ? (graph.nodes.get(node.id) ?? []) : [],
      );
      // What came of the run is said already: that a file for reading up is missing must not hide it.
      if (failed.length > 0) warnUnwritten(screen, compiledFolder(project), () => void writeCompiled(host.files, project, failed));
      return isNamed;
    },
  };
}

/** Gives the record one more name where there are several targets: the last run of each can be repeated. False where that fails. */
function nameForTarget({ files }: Host, screen: Screen, project: Project, shown: string): boolean {
  const name = besideName('run_results.json', project);
  if (name === undefined) return true;
  const folder = join(project.root, project.paths.target);
  const made = join(folder, `.${name}.0.tmp`);
  return warnUnwritten(screen, `${project.paths.target}/${name}`, () => {
    files.link(join(project.root, shown), made);
    files.move(made, join(folder, name));
  });
}

/** A record stands in the folder of its environment; which target a run had, the record says. */
function hintsFor({ command, options }: RunRequest): NextHints {
  const { projectDir, env, target, promote, clone, runId } = options;
  const flag = (name: string, value: string | undefined): string => (value === undefined ? '' : ` ${name} ${shellWord(value)}`);
  const recordPlace = flag('--project-dir', projectDir) + flag('--env', env);
  const place = flag('--project-dir', projectDir) + flag('--target', target) + flag('--env', env);
  if (promote === undefined && clone !== true && runId === undefined) return { place, recordPlace };
  // The same command goes on.
  const line = commandLine(command, argumentsOf(options));
  return { retry: line + flag('--project-dir', projectDir) + flag('--run-id', runId), place, recordPlace };
}

/** What a run says while it goes. */
export function createReporter(host: Host, screen: Screen, planned: Pick<PlanResult, 'plan'>, hints?: NextHints): RunReporter {
  const channel = screen.output.stderr;
  if (screen.json) return createJsonLog({ channel, now: host.clock.now, sources: screen.sources, version: host.version });
  return createConsoleReporter({
    plan: planned.plan,
    channel,
    version: host.version,
    sources: screen.sources,
    findSecrets: (text) => screen.mask().find(text),
    quiet: screen.quiet,
    hints,
    now: () => performance.now(),
    every: (ms, callback) => {
      const timer = setInterval(callback, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  });
}
