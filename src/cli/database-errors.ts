/** Turns the error of a database that does not open into a diagnostic of its own. */
import { EngineError } from '../adapter/engine-error.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import { StatementFailure } from '../execute/step-failure.ts';
import type { Project } from '../project/project.ts';
import { exitCodes, Stop } from './exit.ts';

/** The database as the user configured it: a path or a host, never a password. */
function databaseName(project: Pick<Project, 'target'>): string {
  const { path } = project.target.settings;
  return typeof path === 'string' ? path : project.target.database;
}

/** `waited`: seconds for which the command has waited for a lock. */
export function describeOpenError(details: EngineErrorDetails, project: Pick<Project, 'target'>, waited = 0): Diagnostic {
  const database = details.database ?? databaseName(project);
  const where = { span: project.target.span };
  const problem = { database, engine: project.target.type, message: details.message };
  switch (details.kind) {
    case 'locked':
      return diagnose('database-locked', {
        database,
        waited,
        ...(details.holder === undefined ? {} : { pid: details.holder.pid }),
        ...(details.holder?.command === undefined ? {} : { command: details.holder.command }),
      });
    case 'not-a-database':
      return diagnose('not-a-database-file', problem, { ...where, help: details.hint });
    case 'newer-storage':
      return diagnose('newer-storage', problem, where);
    case 'network-file-system':
      return diagnose('network-file-system', { database }, where);
    case 'missing-database':
      return diagnose('missing-database', { database }, where);
    case 'read-only':
      return diagnose('database-read-only', problem, where);
    case 'disk-full':
      return diagnose('disk-full', { engine: problem.engine, message: details.message }, where);
    default:
      return diagnose('database-not-opened', problem, { ...where, help: details.hint });
  }
}

/** In the redacted words: an engine that gives up may quote rows. */
export function describeCloseError(details: EngineErrorDetails, project: Project): Diagnostic {
  return diagnose('database-not-closed', { database: databaseName(project), engine: project.target.type, message: details.redacted });
}

/** What to throw for an error between the steps of a run (reading the catalog, setting up): a statement that failed is no bug. */
export function stopForDatabase(cause: unknown, project: Project): unknown {
  if (!(cause instanceof EngineError) && !(cause instanceof StatementFailure)) return cause;
  const { details } = cause;
  const origin = { node: undefined, text: undefined, span: project.target.span, compiledPath: undefined };
  const code = details.retry === 'never' ? exitCodes.failed : exitCodes.transient;
  return new Stop(code, [engineDiagnostic(details, project.target.type, undefined, origin)]);
}
