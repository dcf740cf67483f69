/** The frame of a command that asks the target something: opened, cancelled by Ctrl-C, and closed whatever happens. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection, Session } from '../adapter/connection.ts';
import { stopForDatabase } from './database-errors.ts';
import { Stop } from './exit.ts';
import type { Host } from './host.ts';
import { openDatabase } from './open-database.ts';
import type { Openable } from './open-database.ts';
import type { DatabaseOptions } from './options.ts';
import { waitSeconds } from './read-options.ts';
import type { Screen } from './screen.ts';
import { listenForCancel } from './signals.ts';

export interface AskRequest {
  readonly options: DatabaseOptions;
  /** Default: nothing is written. */
  readonly readOnly?: boolean;
  /** Default 1. */
  readonly connections?: number;
}

export interface OpenTarget {
  readonly adapter: Adapter;
  readonly session: Session;
  /** Interrupted by Ctrl-C. */
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/**
 * What `ask` finds out. The database is free again before anything is drawn.
 * Throws {@link Stop}: with the exit code of the signal after Ctrl-C, else with what the database said.
 */
export async function askTarget<T>(
  host: Host,
  screen: Screen,
  loaded: Openable,
  { options, readOnly = true, connections = 1 }: AskRequest,
  ask: (target: OpenTarget) => Promise<T>,
): Promise<T> {
  const cancellation = listenForCancel();
  const { signal } = cancellation;
  try {
    const { adapter, session } = await openDatabase(host, screen, loaded, {
      connections,
      readOnly,
      waitSeconds: waitSeconds(options),
      signal,
    });
    try {
      const connection = await session.connect();
      signal.addEventListener('abort', () => connection.interrupt(), { once: true });
      const found = await ask({ adapter, session, connection, signal });
      await connection.close();
      return found;
    } finally {
      await session.close();
    }
  } catch (cause) {
    if (signal.aborted) throw new Stop(cancellation.exitCode());
    throw stopForDatabase(cause, loaded.project);
  } finally {
    cancellation.dispose();
  }
}

/** The same, where there may be no database yet: then undefined. */
export async function askTargetIfAny<T>(...[host, screen, loaded, request, ask]: Parameters<typeof askTarget<T>>): Promise<T | undefined> {
  try {
    return await askTarget(host, screen, loaded, request, ask);
  } catch (cause) {
    if (cause instanceof Stop && cause.diagnostics.some(({ code }) => code === 'missing-database')) return undefined;
    throw cause;
  }
}
