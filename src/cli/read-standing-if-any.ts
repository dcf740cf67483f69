/** What stands in a database that may not be there yet. */
import type { UnitTests } from '../plan/plan-input.ts';
import { ownProject } from './deferral.ts';
import { Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { Prepared } from './make-plan.ts';
import { openDatabase, readStanding } from './open-database.ts';
import type { Standing } from './open-database.ts';
import { waitSeconds } from './read-options.ts';
import type { RunRequest } from './run-request.ts';
import type { Screen } from './screen.ts';
import { listenForCancel } from './signals.ts';
import { findUnitColumns } from './unit-tests.ts';

interface Found {
  readonly standing: Standing;
  readonly unitColumns: UnitTests['columns'];
}

type Wanted = Pick<Prepared, 'loaded' | 'unitTests'>;

/** A plan may be asked for before the first build: then nothing stands and nothing is remembered. */
export async function readStandingIfAny(host: Host, screen: Screen, request: RunRequest, { loaded, unitTests }: Wanted): Promise<Found> {
  const cancellation = listenForCancel();
  try {
    const { adapter, session } = await openDatabase(host, screen, loaded, {
      connections: 1,
      // An engine that cannot bind queries by itself makes empty tables for them, and undoes them.
      readOnly: true,
      waitSeconds: waitSeconds(request.options),
      signal: cancellation.signal,
    });
    try {
      const standing = await readStanding(adapter, session, loaded.project, loaded.graph);
      return { standing, unitColumns: await findUnitColumns(host, ownProject(loaded), unitTests, { adapter, session }) };
    } finally {
      await session.close();
    }
  } catch (cause) {
    if (cause instanceof Stop && cause.diagnostics.some((entry) => entry.code === 'missing-database')) {
      const state = { version: 0, txVersion: '', builds: [], openRuns: [], measures: {}, points: {}, passes: {} };
      return { standing: { catalog: [], state }, unitColumns: await findUnitColumns(host, ownProject(loaded), unitTests) };
    }
    throw cause;
  } finally {
    cancellation.dispose();
  }
}
