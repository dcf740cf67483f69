/** Runs the hooks around a run, one after another, each on its own. */
import type { Connection } from '../adapter/connection.ts';
import { lookupSpan } from '../compile/span-map.ts';
import type { Plan, PlannedHook } from '../plan/plan.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import type { ExecutionPorts } from './execution.ts';
import { runOperation } from './perform.ts';
import { StatementFailure } from './step-failure.ts';

/** Runs `hooks` in order and stops at the first that fails; tells whether all succeeded. */
export async function runHooks(
  plan: Plan,
  hooks: readonly PlannedHook[],
  ports: ExecutionPorts,
  connection: Connection,
  signal: AbortSignal,
): Promise<boolean> {
  for (const hook of hooks) {
    if (signal.aborted) return true;
    const startedAt = ports.clock.now();
    const diagnostics = await runHook(plan, hook, ports, connection);
    const durationMs = ports.clock.now() - startedAt;
    ports.emit({ type: 'hook-finished', name: hook.name, status: diagnostics.length === 0 ? 'success' : 'error', durationMs, diagnostics });
    if (diagnostics.length > 0) return false;
  }
  return true;
}

async function runHook(plan: Plan, hook: PlannedHook, ports: ExecutionPorts, connection: Connection): Promise<readonly Diagnostic[]> {
  try {
    await runOperation(ports.adapter, connection, hook.operation);
    return [];
  } catch (cause) {
    await connection.rollback();
    if (!(cause instanceof StatementFailure)) throw cause;
    const key = cause.statement.embedded?.node;
    const text = key === undefined ? undefined : ports.texts.get(key);
    const traced = engineDiagnostic(cause.details, plan.target.engine, cause.statement, {
      node: undefined,
      text,
      // Where the database names no place, the whole hook is shown.
      span: text === undefined ? undefined : lookupSpan(text.map, 0, text.sql.length)?.span,
      compiledPath: undefined,
    });
    const { message, redacted } = cause.details;
    const where = { span: traced.span, help: traced.help, excerpt: traced.excerpt, notes: traced.notes };
    const named = (words: string): Diagnostic => diagnose('hook-failed', { hook: hook.name, message: words }, where);
    return [{ ...named(message), redacted: named(redacted).message }];
  }
}
