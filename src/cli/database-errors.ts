/** Turns the error of a database that does not open into a diagnostic of its own. */
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Project } from '../project/project.ts';

/** The database as the user configured it: a path or a host, never a password. */
function databaseName(project: Project): string {
  const { path } = project.target.settings;
  return typeof path === 'string' ? path : project.target.database;
}

export function describeOpenError(details: EngineErrorDetails, project: Project): Diagnostic {
  const database = databaseName(project);
  const where = { span: { path: project.file.path, start: 0, end: 0 } };
  const problem = { database, engine: project.target.type, message: details.message };
  switch (details.kind) {
    case 'locked':
      return diagnose('database-locked', {
        database,
        ...(details.holder === undefined ? {} : { pid: details.holder.pid }),
        ...(details.holder?.command === undefined ? {} : { command: details.holder.command }),
      });
    case 'not-a-database':
      return diagnose('not-a-database-file', problem, where);
    case 'newer-storage':
      return diagnose('newer-storage', problem, where);
    case 'network-file-system':
      return diagnose('network-file-system', { database }, where);
    case 'missing-database':
      return diagnose('missing-database', { database }, where);
    default:
      return diagnose('database-not-opened', problem, where);
  }
}
