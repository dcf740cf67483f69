/** `tx quarantine replay`: what was set aside of models is tested by the rules of today, and what passes is published. */
import type { CompiledModel, NodeId } from '../../compile/compiled.ts';
import type { RunResult } from '../../execute/events.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions } from '../options.ts';
import type { RunRequest } from '../run-request.ts';
import { prepareNodes } from '../prepare-nodes.ts';
import { runPrepared } from '../run-command.ts';
import { createReporter } from '../run-report.ts';
import type { Screen } from '../screen.ts';
import { listenForCancel } from '../signals.ts';

export interface QuarantineOptions extends ProjectOptions, OutputOptions, DatabaseOptions {
  /** The action, and the models that it is about. */
  readonly args: readonly string[];
  readonly limit: number;
  readonly output: 'text' | 'json';
  readonly lockTimeout?: number;
}

/** It is no run that `tx retry` could repeat, and leaves no record in a file. */
export async function replay(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  options: QuarantineOptions,
  models: readonly CompiledModel[],
): Promise<ExitCode> {
  const given = { ...options, select: [], exclude: [], resourceType: [], excludeResourceType: [] };
  const request: RunRequest = { command: 'build', options: given, replay: true };
  const tests = models.flatMap(({ id }) => (loaded.graph.children.get(id) ?? []).filter((child) => isTest(loaded, child)));
  const selected = new Set<NodeId>([...models.map(({ id }) => id), ...tests]);
  const prepared = await prepareNodes(host, screen, request, { loaded, selected });
  const cancellation = listenForCancel();
  try {
    const result = await runPrepared(host, screen, request, prepared, {
      cancellation,
      report: ({ plan }) => {
        const { handle, stop } = createReporter(host, screen, { plan });
        return { emit: handle, stop, compiledPath: () => undefined, finish: () => false };
      },
      recorded: () => undefined,
    });
    if (options.output === 'json') screen.data({ replayed: result === undefined ? [] : replayed(result) });
    if (result === undefined || result.status === 'success') return exitCodes.ok;
    if (result.status === 'cancelled') return cancellation.exitCode();
    return result.transient ? exitCodes.transient : exitCodes.failed;
  } finally {
    cancellation.dispose();
  }
}

/** Tests of the model itself: those of others read what is published, now and later. */
function isTest({ graph }: LoadedGraph, id: NodeId): boolean {
  return graph.nodes.get(id)?.resourceType === 'test';
}

function replayed({ results }: RunResult): readonly object[] {
  return results
    .filter(({ resourceType }) => resourceType === 'model')
    .map(({ name, status, rows = 0, quarantined = 0 }) => ({ model: name, status, published: rows, held: quarantined }));
}
