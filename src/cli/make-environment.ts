/** Makes the state of an environment that has nothing of its own yet, so that other commands know its name from a misspelt one. */
import { prepareState } from '../execute/prepare-state.ts';
import { askTarget } from './ask-target.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import { lockTimeoutMs } from './read-options.ts';
import type { RunOptions } from './options.ts';
import type { Screen } from './screen.ts';

/** Where another run has made it meanwhile, it stays as it is. */
export async function makeEnvironment(host: Host, screen: Screen, loaded: LoadedGraph, options: RunOptions): Promise<void> {
  const { project } = loaded;
  const wanted = { schema: project.stateSchema, from: 0, txVersion: host.version, at: new Date(host.clock.now()).toISOString() };
  await askTarget(host, screen, { project, engine: loaded.engine }, { options, readOnly: false }, async ({ adapter, connection }) => {
    const isShared = adapter.capabilities.runLock === 'relation';
    const locks = [{ schema: project.stateSchema, name: 'meta' }];
    await connection.begin(isShared ? { label: 'tx', locks, lockTimeoutMs: lockTimeoutMs(options) } : {});
    try {
      await prepareState(adapter, connection, wanted);
      await connection.commit();
    } catch (cause) {
      await connection.rollback();
      throw cause;
    }
  });
}
