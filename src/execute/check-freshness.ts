/** Asks the database how old the newest rows of relations are. */
import { isWithinCalendar } from '../adapter/calendar-sql.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { Cell, Connection, Session } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Age, Freshness, NodeId } from '../compile/compiled.ts';
import type { GraphNode } from '../graph/graph.ts';
import { shownName } from '../graph/shown-name.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import { isOutsideCalendar, readPrintedTime } from '../intervals/printed-time.ts';
import type { Clock } from './execution.ts';

/** A source, or what the project builds, with an age that its data may have. */
export type WatchedNode = Extract<GraphNode, { resourceType: 'source' | 'model' | 'seed' | 'snapshot' }> & {
  readonly freshness: Freshness;
};

/** In dbt's words. */
export type FreshnessStatus = 'pass' | 'warn' | 'error' | 'runtime error';

export interface FreshnessResult {
  readonly id: NodeId;
  /** `source.table`, or the name of what is built. */
  readonly name: string;
  readonly status: FreshnessStatus;
  readonly freshness: Freshness;
  /** Time of the newest row in milliseconds since 1970; undefined after an error, and for a source without rows. */
  readonly loadedAt: number | undefined;
  /** When the database was asked, and when it had answered. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly worker: number;
  readonly diagnostics: readonly Diagnostic[];
}

export interface FreshnessPorts {
  readonly session: Session;
  readonly dialect: Dialect;
  /** The word of the target's `type:`, for messages. */
  readonly engine: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: (result: FreshnessResult) => void;
}

/** Checks `nodes`, `workers` at a time; gives the results in their order. Ends early when cancelled. */
export async function checkFreshness(
  nodes: readonly WatchedNode[],
  workers: number,
  ports: FreshnessPorts,
): Promise<readonly FreshnessResult[]> {
  const results: FreshnessResult[] = [];
  let next = 0;
  const work = async (worker: number): Promise<void> => {
    const connection = await ports.session.connect();
    const interrupt = (): void => connection.interrupt();
    ports.signal.addEventListener('abort', interrupt, { once: true });
    try {
      for (let at = next++; at < nodes.length && !ports.signal.aborted; at = next++) {
        const node = nodes[at] ?? bug('a node went away');
        const result = await checkNode(node, worker, connection, ports);
        if (ports.signal.aborted) return;
        results[at] = result;
        ports.emit(result);
      }
    } finally {
      ports.signal.removeEventListener('abort', interrupt);
      await connection.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, nodes.length) }, (_, worker) => work(worker)));
  return results.filter((result) => result !== undefined);
}

async function checkNode(node: WatchedNode, worker: number, connection: Connection, ports: FreshnessPorts): Promise<FreshnessResult> {
  const startedAt = ports.clock.now();
  const name = shownName(node);
  const { freshness } = node;
  const base = { id: node.id, name, freshness, startedAt, worker };
  const fail = (diagnostic: Diagnostic): FreshnessResult => ({
    ...base,
    status: 'runtime error',
    loadedAt: undefined,
    finishedAt: ports.clock.now(),
    diagnostics: [diagnostic],
  });
  const { loadedAt } = freshness;
  if (loadedAt === undefined) return fail(diagnose('freshness-without-time', { source: name }, { span: freshness.span, node: node.id }));
  let statement = loadedAtQuery(node, ports.dialect);
  const ask = async (): Promise<Cell> => (await connection.query(statement, 1)).rows[0]?.[0] ?? null;
  try {
    let cell = await ask();
    if (cell !== null && isOutsideCalendar(String(cell)) && loadedAt.kind === 'field') {
      statement = loadedAtQuery(node, ports.dialect, isWithinCalendar(loadedAt.sql, ports.dialect));
      cell = await ask();
    }
    const time = cell === null ? undefined : readPrintedTime(String(cell));
    if (cell !== null && time === undefined) {
      const value = isOutsideCalendar(String(cell)) ? { value: String(cell) } : {};
      return fail(diagnose('freshness-not-a-time', { source: name, ...value }, { span: loadedAt.span, node: node.id }));
    }
    const finishedAt = ports.clock.now();
    return { ...base, status: judge(freshness, time, startedAt), loadedAt: time, finishedAt, diagnostics: [] };
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    const origin = { node: node.id, text: undefined, span: loadedAt.span, compiledPath: undefined };
    return fail(engineDiagnostic(cause.details, ports.engine, statement, origin));
  }
}

/** One cell of text: the spelling of times is the same on every engine, their types are not. */
function loadedAtQuery(node: WatchedNode, dialect: Dialect, isCounted?: string): Statement {
  const { freshness, relation } = node;
  const external = node.resourceType === 'source' ? node.external : undefined;
  const { loadedAt, filter } = freshness;
  const text = dialect.typeName('text');
  if (loadedAt?.kind === 'query') return { sql: `select cast((\n${loadedAt.sql}\n) as ${text}) as loaded_at` };
  const counted = filter === undefined ? isCounted : isCounted === undefined ? filter : `(${filter}\n) and ${isCounted}`;
  const where = counted === undefined ? '' : `\nwhere ${counted}`;
  return {
    sql: `select cast(max(${loadedAt?.sql ?? 'null'}) as ${text}) as loaded_at\nfrom ${external ?? dialect.relation(relation)}${where}`,
  };
}

const periodMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The data of a source without rows is older than every age. */
function judge({ warnAfter, errorAfter }: Freshness, loadedAt: number | undefined, now: number): FreshnessStatus {
  const isOlder = (age: Age | undefined): boolean =>
    age !== undefined && (loadedAt === undefined || now - loadedAt > age.count * periodMs[age.period]);
  if (isOlder(errorAfter)) return 'error';
  return isOlder(warnAfter) ? 'warn' : 'pass';
}
