/** What the executor is given: the open database, the ports, and the wishes of the user. */
import type { Relation } from '../adapter/relation.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { QueryReads } from '../compile/query-reads.ts';
import type { BulkLoad, Connection, Session } from '../adapter/connection.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { TextIndex } from '../plan/texts.ts';
import type { RunRequestRecord } from '../state/state-writer.ts';
import type { PlacedFiles } from '../project/placed-files.ts';
import type { RunEvent } from './events.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms`; used between attempts. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A number in `[0, 1)`, different each time: spreads the attempts of transactions that collided. */
export type Chance = () => number;

/** The rows of a seed file as text, null for an empty field; and its bytes, where an engine may read them by itself. */
export interface SeedContent extends Pick<BulkLoad, 'rows' | 'text'> {
  readonly rowCount: number;
}

export interface ExecutionPorts {
  readonly adapter: Adapter;
  readonly session: Session;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly emit: (event: RunEvent) => void;
  /** What a seed file holds, header left out. */
  readonly seedContent: (path: string) => SeedContent;
  /** Throws SeedChanged unless a seed file, which the engine has read by itself, is still the one that was checked and had this number of rows. */
  readonly verifySeed: (path: string, rows?: number) => void;
  /** Where files stand for relations. */
  readonly places: PlacedFiles;
  /** Filled texts by the key that queries carry. */
  readonly texts: TextIndex;
  /**
   * Plans one step anew, from what stands and is remembered now: asked on this connection, in its transaction, under the lock
   * of the relation. Gives the problems that are in the way otherwise. The order of steps stays that of the first plan.
   */
  readonly replan: (
    step: BuildStep,
    connection: Connection,
    how: NonNullable<PlanInput['again']>,
  ) => Promise<{ readonly step: BuildStep; readonly texts: TextIndex } | { readonly diagnostics: readonly Diagnostic[] }>;
  /** The relations that a node reads, as far as `tx` knows them. */
  readonly readsOf: (node: string) => QueryReads;
  /** Where the compiled text of a key can be read. */
  readonly compiledPath: (key: string) => string | undefined;
}

export interface ExecutionOptions {
  readonly threads: number;
  readonly failFast: boolean;
  /** How long a step waits for what another session has locked; 0 does not wait. */
  readonly lockTimeoutMs: number;
  readonly txVersion: string;
  /** Version of the state tables that stand; 0 where there are none. */
  readonly stateVersion: number;
  /** What the run was asked, where it has a name, and how many there were of that name. */
  readonly named?: { readonly name: string; readonly ordinal: number; readonly request: RunRequestRecord };
  /** The columns of relations as they were noted last: see `StateSnapshot`. */
  readonly shapes: Readonly<Record<string, string>>;
  /** What the target had of each node, where this is an environment of it. */
  readonly bases?: ReadonlyMap<string, string>;
  /** The SQL of models that are built from another text than before. */
  readonly newTexts?: ReadonlyMap<string, string>;
  /** Views that stand as their builds left them and are not built, though what they read is: an engine may make them again. */
  readonly beside?: readonly { readonly relation: Relation; readonly ordinal: number }[];
  /** Runs that never ended; those whose process is gone are marked so. */
  readonly openRuns: readonly string[];
  readonly signal: AbortSignal;
}
