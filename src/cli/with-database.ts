/** Opens the target for one job of a command, and closes it in good order. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection, Session } from '../adapter/connection.ts';
import { stopForDatabase } from './database-errors.ts';
import { exitCodes } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Host } from './host.ts';
import { openDatabase } from './open-database.ts';
import type { Openable } from './open-database.ts';
import type { DatabaseOptions } from './options.ts';
import { waitSeconds } from './read-options.ts';
import type { Screen } from './screen.ts';
import { listenForCancel } from './signals.ts';

export interface OpenTarget {
  readonly adapter: Adapter;
  readonly session: Session;
  readonly connection: Connection;
}

/** The exit code of `work`, or of the signal that ended it. */
export async function withDatabase(
  host: Host,
  screen: Screen,
  loaded: Openable,
  { options, readOnly }: { readonly options: DatabaseOptions; readonly readOnly: boolean },
  work: (open: OpenTarget) => Promise<ExitCode | void>,
): Promise<ExitCode> {
  const cancellation = listenForCancel();
  try {
    const request = { connections: 2, readOnly, waitSeconds: waitSeconds(options), signal: cancellation.signal };
    const { adapter, session } = await openDatabase(host, screen, loaded, request);
    try {
      const connection = await session.connect();
      cancellation.signal.addEventListener('abort', () => connection.interrupt(), { once: true });
      return (await work({ adapter, session, connection })) ?? exitCodes.ok;
    } catch (cause) {
      if (cancellation.signal.aborted) return cancellation.exitCode();
      throw stopForDatabase(cause, loaded.project);
    } finally {
      await session.close();
    }
  } finally {
    cancellation.dispose();
  }
}
