/** What stands in a database that may not be there yet. */
import { Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { Prepared } from './make-plan.ts';
import { openDatabase, readStanding } from './open-database.ts';
import type { Standing } from './open-database.ts';
import { waitSeconds } from './read-options.ts';
import type { RunRequest } from './run-request.ts';
import type { Screen } from './screen.ts';
import { listenForCancel } from './signals.ts';
import { schemasOf } from './unit-tests.ts';

type Wanted = Pick<Prepared, 'loaded' | 'unitTests'>;

/** A plan may be asked for before the first build: then nothing stands and nothing is remembered. */
export async function readStandingIfAny(host: Host, screen: Screen, request: RunRequest, { loaded, unitTests }: Wanted): Promise<Standing> {
  const cancellation = listenForCancel();
  try {
    const { adapter, session } = await openDatabase(host, screen, loaded, {
      connections: 1,
      readOnly: true,
      waitSeconds: waitSeconds(request.options),
      signal: cancellation.signal,
    });
    try {
      return await readStanding(adapter, session, { ...loaded, schemas: schemasOf(loaded, unitTests) });
    } finally {
      await session.close();
    }
  } catch (cause) {
    if (cause instanceof Stop && cause.diagnostics.some((entry) => entry.code === 'missing-database')) {
      return { catalog: [], state: { version: 0, txVersion: '', builds: [], openRuns: [], measures: {}, passes: {} } };
    }
    throw cause;
  } finally {
    cancellation.dispose();
  }
}
