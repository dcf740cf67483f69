/** `tx show --failures`: the rows for which a test fails, kept or as they are now. Nothing is written. */
import type { ResultSet } from '../../adapter/connection.ts';
import type { Column } from '../../adapter/relation.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { readFailures } from '../../execute/failing-rows.ts';
import { StatementFailure } from '../../execute/step-failure.ts';
import { engineDiagnostic } from '../../compile/engine-diagnostic.ts';
import type { NodeId } from '../../compile/compiled.ts';
import type { TestStep } from '../../plan/plan.ts';
import { readKeptFailures } from '../../state/failures-reader.ts';
import { askTarget } from '../ask-target.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { nestedColumns } from '../nested-columns.ts';
import type { NestedColumns } from '../nested-columns.ts';
import type { DatabaseOptions, DeferOptions, OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { readsOfPreview } from '../reads-of.ts';
import { planLoaded } from '../run-command.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';

export interface FailuresOptions extends ProjectOptions, OutputOptions, SelectionOptions, DatabaseOptions, DeferOptions {
  /** A selector of one test. */
  readonly failures: string;
  readonly limit: number;
  readonly output: 'text' | 'json' | 'csv';
}

export interface ShownFailures {
  readonly title: string;
  readonly rows: ResultSet;
  /** Which columns hold the text of JSON. Rows that were kept are text in any case. */
  readonly json: readonly boolean[];
}

/** All rows, in a number that every engine takes. */
const mostRows = 2 ** 31 - 1;

/** The failing rows of the one test that `--failures` names. */
export async function findFailures(host: Host, screen: Screen, loaded: LoadedGraph, options: FailuresOptions): Promise<ShownFailures> {
  const wanted = { ...options, output: 'text' as const, select: [options.failures], exclude: [], resourceType: ['test'] };
  const tests = [...selectNodes(host, screen, loaded, { ...wanted, selectedBy: '--failures' })].filter(
    (id) => loaded.graph.nodes.get(id)?.resourceType === 'test',
  );
  const [test] = tests;
  if (test === undefined || tests.length > 1) throw new Stop(exitCodes.usage, [diagnose('show-needs-test', { count: tests.length })]);
  const planned = await planLoaded(host, screen, { command: 'test', options: wanted }, loaded);
  const step = planned?.plan.steps.find((candidate): candidate is TestStep => candidate.kind === 'test');
  if (step === undefined) throw new Stop(exitCodes.usage, [diagnose('show-needs-test', { count: 0 })]);
  return askTarget(host, screen, { ...loaded, deferral: planned?.deferral }, { options }, async ({ adapter, connection }) => {
    const { dialect, capabilities } = adapter;
    const node = loaded.graph.nodes.get(test);
    const isKept = node?.resourceType === 'test' && node.config.storeFailures === true;
    try {
      const kept = isKept ? await readKeptFailures(connection, test, { schema: loaded.project.stateSchema, dialect }) : undefined;
      if (kept !== undefined) {
        const rows = { ...kept.rows, rows: kept.rows.rows.slice(0, options.limit) };
        return { title: `${nameOf(loaded, test)}, kept of run ${kept.runId} at ${kept.at}`, rows, json: [] };
      }
      const nested = (columns: readonly Column[]): NestedColumns | undefined =>
        options.output === 'json' ? nestedColumns(dialect, columns) : undefined;
      const spell = options.output === 'json' ? (columns: readonly Column[]): string | undefined => nested(columns)?.list : undefined;
      const rows = await readFailures({ connection, dialect, capabilities }, step.audit, {
        limit: Math.min(options.limit, mostRows),
        spell,
      });
      return { title: `${nameOf(loaded, test)}, in what is published`, rows, json: nested(rows.columns)?.json ?? [] };
    } catch (cause) {
      if (!(cause instanceof StatementFailure)) throw cause;
      const place = { node: test, text: undefined, span: undefined, compiledPath: undefined, reads: readsOfPreview(loaded, test) };
      throw new Stop(exitCodes.failed, [engineDiagnostic(cause.details, loaded.engine.type, cause.statement, place)]);
    }
  });
}

function nameOf({ graph }: LoadedGraph, id: NodeId): string {
  return graph.nodes.get(id)?.name ?? id;
}
