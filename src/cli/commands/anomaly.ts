/** `tx anomaly backtest`: what checks for anomalies would have found in what earlier runs measured. Nothing is written. */
import type { Column } from '../../adapter/relation.ts';
import { backtest, bucketStart, defaultSettings } from '../../checks/anomaly-rule.ts';
import type { AnomalySettings, Backtest, Bucket, FoundPoint } from '../../checks/anomaly-rule.ts';
import { findCheck } from '../../checks/vocabulary.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { renderTable } from '../../report/tables.ts';
import { readSeries } from '../../state/series-reader.ts';
import type { Series, WantedSeries } from '../../state/series-reader.ts';
import { askTarget } from '../ask-target.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { readStanding } from '../open-database.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';

export interface AnomalyOptions extends ProjectOptions, OutputOptions, SelectionOptions, DatabaseOptions {
  readonly args: readonly string[];
  readonly output: 'text' | 'json';
  readonly sensitivity?: number;
  readonly minPoints?: number;
  readonly bucket?: Bucket;
}

type Test = Extract<GraphNode, { resourceType: 'test' }>;
type Built = Extract<GraphNode, { resourceType: 'model' | 'seed' }>;

/** One series of numbers and the rule that it is judged by. */
interface Judged extends Backtest {
  readonly name: string;
  /** What the numbers are. */
  readonly of: string;
  readonly settings: AnomalySettings;
}

export async function anomalyCommand(host: Host, screen: Screen, options: AnomalyOptions): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const { tests, tables } = chooseSeries(host, screen, loaded, options);
  const wanted: WantedSeries = { tests: tests.map(({ id }) => id), tables: tables.map(({ relation }) => relation) };
  await askTarget(host, screen, loaded, { options }, async ({ adapter: { dialect }, adapter, session, connection }) => {
    const { state } = await readStanding(adapter, session, loaded.project, loaded.graph);
    const series = await readSeries(
      connection,
      loaded.project.stateSchema,
      dialect,
      state.version === 0 ? { ...wanted, tests: [], tables: [] } : wanted,
    );
    const types = { number: dialect.typeName('double'), text: dialect.typeName('text') };
    show(screen, options, judgeAll(series, tests, tables, options), types);
  });
  return exitCodes.ok;
}

/** The tests that are selected, or stand on what is; and the tables, of which rows were counted. */
function chooseSeries(host: Host, screen: Screen, loaded: LoadedGraph, options: AnomalyOptions) {
  const chosen = selectNodes(host, screen, loaded, options);
  const tests = new Map<string, Test>();
  const tables: Built[] = [];
  for (const id of chosen) {
    const node = loaded.graph.nodes.get(id);
    if (node?.resourceType === 'test') tests.set(id, node);
    if (node?.resourceType === 'seed' || (node?.resourceType === 'model' && node.config.materialized === 'table')) tables.push(node);
    for (const child of loaded.graph.children.get(id) ?? []) {
      const test = loaded.graph.nodes.get(child);
      if (test?.resourceType === 'test' && test.test.kind === 'generic' && test.test.attachedTo === id) tests.set(child, test);
    }
  }
  return { tests: [...tests.values()], tables };
}

function judgeAll(series: Series, tests: readonly Test[], tables: readonly Built[], options: AnomalyOptions): readonly Judged[] {
  const judge = (name: string, of: string, points: readonly FoundPoint[], declared: AnomalySettings): readonly Judged[] => {
    if (points.length === 0) return [];
    const settings = {
      ...declared,
      ...(options.sensitivity === undefined ? {} : { sensitivity: options.sensitivity }),
      ...(options.minPoints === undefined ? {} : { minPoints: options.minPoints }),
      ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
    };
    return [{ name, of, settings, ...backtest(points, settings) }];
  };
  const counted = new Set(
    tests.flatMap(({ test }) => (test.kind === 'generic' && test.check === 'volume_anomaly' ? [test.attachedTo] : [])),
  );
  return [
    ...tests.flatMap(({ id, name, test }) => {
      const args = test.kind === 'generic' ? test.args : {};
      const settings = test.kind === 'generic' ? findCheck(test.check)?.anomaly?.(args) : undefined;
      const points = series.ofTest(id);
      if (settings !== undefined) return judge(name, 'check for anomalies', points, settings);
      // Of other tests nobody wrote down what was published.
      const found = points.map(({ at, value }) => ({ at, value }));
      return judge(name, 'value of the test', found, defaultSettings);
    }),
    // Where no check counts rows yet, the builds have.
    ...tables.flatMap(({ id, name, relation }) =>
      counted.has(id) ? [] : judge(name, 'rows of full builds', series.ofTable(relation), defaultSettings),
    ),
  ];
}

function show(
  screen: Screen,
  { output }: AnomalyOptions,
  judged: readonly Judged[],
  types: { readonly number: string; readonly text: string },
): void {
  const time = (at: number, { bucket }: AnomalySettings): string => new Date(bucketStart(bucket, at)).toISOString();
  if (output === 'json') {
    const backtests = judged.map(({ name, of, settings, points, judged: count, outliers }) => ({
      name,
      of,
      points,
      judged: count,
      anomalies: outliers.map(({ at, value, range }) => ({
        at: time(at, settings),
        value,
        expected_from: range.low ?? null,
        expected_to: range.high ?? null,
      })),
    }));
    return screen.data({ backtests });
  }
  if (judged.length === 0) return screen.note('no run has measured anything of what is selected');
  const columns = (names: Readonly<Record<string, 'number' | 'text'>>): readonly Column[] =>
    Object.entries(names).map(([name, type]) => ({ name, type: types[type] }));
  const rows = judged.map(({ name, of, points, judged: count, outliers }) => [name, of, points, count, outliers.length]);
  const summary = columns({ name: 'text', of: 'text', points: 'number', judged: 'number', anomalies: 'number' });
  screen.result(renderTable({ columns: summary, rows }, screen.resultStyle));
  const found = judged.flatMap(({ name, settings, outliers }) =>
    outliers.map(({ at, value, range }) => [name, time(at, settings), value, range.low ?? null, range.high ?? null]),
  );
  if (found.length === 0) return;
  const details = columns({ name: 'text', at: 'text', value: 'number', expected_from: 'number', expected_to: 'number' });
  screen.result(`\n${renderTable({ columns: details, rows: found }, screen.resultStyle)}`);
}
