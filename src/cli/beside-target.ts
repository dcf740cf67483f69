/** The target of an environment that has a database of its own, as it is attached to sessions of the environment. */
import type { Adapter, AttachedDatabase } from '../adapter/adapter.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Project } from '../project/project.ts';
import { stateSchemaOfTarget } from '../project/target-environment.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';

/**
 * Undefined where both are one database, and before the first build of the target. Stops where the file of the environment is,
 * under another name, that of the target.
 */
export function besideTarget(host: Pick<Host, 'files'>, adapter: Adapter, project: Project): AttachedDatabase | undefined {
  const { env, ...target } = project.target;
  if (env?.apart === undefined) return undefined;
  const taken = [target.schema, stateSchemaOfTarget(project), ...adapter.capabilities.ownSchemas];
  const beside = adapter.attachment?.(env.apart, { target, projectRoot: project.root }, taken);
  if (beside === undefined)
    throw new Stop(exitCodes.usage, [diagnose('env-file-taken', { env: env.name, path: String(target.settings['path']) })]);
  return host.files.stat(beside.location) === undefined ? undefined : beside;
}
