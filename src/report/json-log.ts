/** Tells programs how a run goes: one JSON object per line, with event and field names that stay. No row values but those of unit tests, which are made up. */
import { plainUnitDiff } from './unit-diff-text.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FrameOptions } from '../diagnostics/frame.ts';
import { plain } from '../diagnostics/plain.ts';
import { positionAt } from '../diagnostics/span.ts';
import type { NodeResult, RunEvent, RunResult } from '../execute/events.ts';
import type { RunReporter } from './console-reporter.ts';
import type { Channel } from './output.ts';

/** One line of the log; schemas/log-event.schema.json is its public form. Absent fields have no value. */
interface LogEvent {
  readonly ts: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly event:
    | 'run_started'
    | 'node_started'
    | 'node_retried'
    | 'node_waiting'
    | 'node_replanned'
    | 'batch_finished'
    | 'node_finished'
    | 'hook_finished'
    | 'run_finished'
    | 'diagnostic'
    | 'helper_output';
  readonly run_id?: string | undefined;
  readonly [field: string]: unknown;
}

export interface JsonLogInput {
  /** Where logs go: the stderr channel. */
  readonly channel: Pick<Channel, 'write'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sources: FrameOptions['sources'];
  /** Version of `tx`. */
  readonly version: string;
}

/** A reporter for programs. */
export function createJsonLog(input: JsonLogInput): RunReporter {
  const { channel, sources } = input;
  let runId: string | undefined;
  const stamp = (): string => new Date(input.now()).toISOString();
  const write = (event: LogEvent): void => channel.write(`${JSON.stringify(event)}\n`);
  const logDiagnostics = (diagnostics: readonly Diagnostic[], safeMessage: string | undefined): void => {
    // What a database says may quote values of rows: only the message that was made for logs is written.
    for (const entry of diagnostics) write({ ...diagnosticEvent(entry, { ts: stamp(), sources, runId }), message: safeMessage });
  };
  const handle = (event: RunEvent): void => {
    switch (event.type) {
      case 'run-started': {
        runId = event.runId;
        const { command, target, engine, database, threads, counts } = event;
        const base = { ts: event.startedAt, level: 'info', event: 'run_started', run_id: runId } as const;
        write({ ...base, command, target, engine, database: plain(database), threads, version: input.version, ...counts });
        return;
      }
      case 'node-started':
        write({ ts: event.at, level: 'info', event: 'node_started', run_id: runId, node: event.id, name: event.name });
        return;
      case 'node-retried': {
        const { id, name, attempt, message } = event;
        write({ ts: stamp(), level: 'warn', event: 'node_retried', run_id: runId, node: id, name, attempt, message: plain(message) });
        return;
      }
      case 'node-waiting': {
        const { id, name, relation, holder } = event;
        const base = { ts: stamp(), level: 'warn', event: 'node_waiting', run_id: runId, node: id, name } as const;
        const held = { holder_pid: holder?.pid, holder: holder === undefined ? undefined : plain(holder.label) };
        write({ ...base, schema: relation.schema, relation: relation.name, ...held });
        return;
      }
      case 'node-replanned': {
        const { id, name, because, reason } = event;
        write({ ts: stamp(), level: 'info', event: 'node_replanned', run_id: runId, node: id, name, message: plain(because), reason });
        return;
      }
      case 'batch-finished': {
        const { id, name, start, end, status, number, total, rows, durationMs, message } = event;
        const base = { ts: stamp(), level: status === 'error' ? 'error' : 'info', event: 'batch_finished', run_id: runId } as const;
        const text = message === undefined ? undefined : plain(message);
        write({ ...base, node: id, name, start, end, status, number, total, rows, duration_ms: durationMs, message: text });
        return;
      }
      case 'node-finished':
        write(nodeEvent(event.result, runId));
        logDiagnostics(event.result.diagnostics, event.result.message === undefined ? undefined : plain(event.result.message));
        return;
      case 'hook-finished': {
        const failed = event.status === 'error';
        const base = { ts: stamp(), level: failed ? 'error' : 'info', event: 'hook_finished', run_id: runId } as const;
        const [problem] = event.diagnostics;
        const message = problem?.redacted === undefined ? undefined : plain(problem.redacted);
        write({ ...base, name: event.name, status: event.status, duration_ms: event.durationMs, code: problem?.code, message });
        logDiagnostics(event.diagnostics, message);
        return;
      }
      case 'run-finished':
        for (const warning of event.result.warnings) logDiagnostics([warning], plain(warning.message));
        write(runEvent(event.result));
    }
  };
  return { handle, stop: () => undefined };
}

/** A problem of the project as one line of the log, without a line break. `at` is in milliseconds since the epoch. */
export function renderLogDiagnostic(
  diagnostic: Diagnostic,
  context: { readonly at: number; readonly sources: FrameOptions['sources'] },
): string {
  const event = diagnosticEvent(diagnostic, { ts: new Date(context.at).toISOString(), sources: context.sources, runId: undefined });
  return JSON.stringify({
    ...event,
    message: plain(diagnostic.redacted ?? diagnostic.message),
    help: diagnostic.help === undefined ? undefined : plain(diagnostic.help),
  });
}

/** What a helper of the project printed, as one line of the log. */
export function renderLogOutput(text: string, context: { readonly at: number; readonly level: LogEvent['level'] }): string {
  const event: LogEvent = { ts: new Date(context.at).toISOString(), level: context.level, event: 'helper_output', message: plain(text) };
  return JSON.stringify(event);
}

function diagnosticEvent(
  diagnostic: Diagnostic,
  context: { ts: string; sources: FrameOptions['sources']; runId: string | undefined },
): LogEvent {
  const { span } = diagnostic;
  const file = span === undefined ? undefined : context.sources(span.path);
  const position =
    span === undefined || file === undefined || (span.start === 0 && span.end === 0) ? undefined : positionAt(file.text, span.start);
  return {
    ts: context.ts,
    level: diagnostic.severity === 'error' ? 'error' : 'warn',
    event: 'diagnostic',
    run_id: context.runId,
    node: diagnostic.node,
    code: diagnostic.code,
    path: span?.path,
    line: position?.line,
    column: position?.column,
  };
}

function nodeEvent(result: NodeResult, runId: string | undefined): LogEvent {
  const failed = result.status === 'error' || result.status === 'fail';
  return {
    ts: result.finishedAt,
    level: failed ? 'error' : result.status === 'warn' ? 'warn' : 'info',
    event: 'node_finished',
    run_id: runId,
    node: result.id,
    name: result.name,
    path: result.path,
    resource_type: result.resourceType,
    materialized: result.materialization,
    status: result.status,
    reason: result.reason,
    attempt: result.attempts,
    started_at: result.startedAt,
    finished_at: result.finishedAt,
    duration_ms: result.durationMs,
    schema: result.relation?.schema,
    relation: result.relation?.name,
    rows: result.rows,
    quarantined: result.quarantined,
    failures: result.failures,
    total: result.total,
    proven: result.proven,
    as_of: result.asOf,
    skipped_because: result.skippedBecause,
    code: result.diagnostics[0]?.code,
    message: result.message === undefined ? undefined : plain(result.message),
    diff: result.diff === undefined ? undefined : plainUnitDiff(result.diff),
  };
}

function runEvent(result: RunResult): LogEvent {
  const statuses: Record<string, number> = {};
  for (const node of result.results) statuses[node.status] = (statuses[node.status] ?? 0) + 1;
  return {
    ts: result.finishedAt,
    level: result.status === 'success' ? 'info' : 'error',
    event: 'run_finished',
    run_id: result.runId,
    command: result.command,
    status: result.status,
    transient: result.transient,
    started_at: result.startedAt,
    finished_at: result.finishedAt,
    duration_ms: result.durationMs,
    statuses,
  };
}
