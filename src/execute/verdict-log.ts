/** Collects the verdicts of steps that only test, and records many at once: a row costs little, its transaction much. */
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { CheckRecord, FailureRecord, GrownTests, StateWriter } from '../state/state-writer.ts';

/** What one step leaves. */
export interface Verdicts {
  readonly at: string;
  readonly checks: readonly CheckRecord[];
  readonly failures: readonly FailureRecord[];
  readonly grown: GrownTests;
}

export interface VerdictLog {
  /** May record all that is collected, on this connection. */
  readonly add: (connection: Connection, verdicts: Verdicts) => Promise<void>;
  /** Records what is left. */
  readonly flush: (connection: Connection) => Promise<void>;
}

/** So many records go into one statement, or a few more. */
const most = 200;

/** The results are on their way to the user: a database that cannot take their record must not replace them. */
export function createVerdictLog(writer: StateWriter): VerdictLog {
  let collected: Verdicts[] = [];
  let size = 0;
  const flush = async (connection: Connection): Promise<void> => {
    const [first, ...others] = collected;
    collected = [];
    size = 0;
    if (first === undefined) return;
    if (await record(connection, writer, joined(first, others))) return;
    // What one of them cannot do without is no fault of the others.
    for (const verdicts of [first, ...others]) await record(connection, writer, verdicts);
  };
  return {
    add: async (connection, verdicts) => {
      collected.push(verdicts);
      size += verdicts.checks.length + verdicts.failures.length;
      if (size >= most) await flush(connection);
    },
    flush,
  };
}

function joined(first: Verdicts, others: readonly Verdicts[]): Verdicts {
  if (others.length === 0) return first;
  const all = [first, ...others];
  return {
    at: others.at(-1)?.at ?? first.at,
    checks: all.flatMap(({ checks }) => checks),
    failures: all.flatMap(({ failures }) => failures),
    grown: { rows: all.flatMap(({ grown }) => grown.rows), points: all.flatMap(({ grown }) => grown.points) },
  };
}

async function record(connection: Connection, writer: StateWriter, { at, checks, failures, grown }: Verdicts): Promise<boolean> {
  try {
    await connection.run(writer.outcome({ at, checks, failures }), ...writer.prune(grown));
    return true;
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return false;
  }
}
