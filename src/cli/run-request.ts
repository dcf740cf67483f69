/** What a building or testing command is asked to do. */
import type { Command } from '../plan/plan.ts';
import type { NamedRun } from '../state/request-reader.ts';
import type { RunOptions } from './options.ts';

/** What the record of an earlier run says. */
export interface RetriedRun {
  /** Unique ids of the nodes that did not succeed. */
  readonly failed: ReadonlySet<string>;
  /** Those of all its nodes. */
  readonly recorded: ReadonlySet<string>;
}

/** A name that somebody gave to the run, and what was done under it. */
export interface NamedRequest {
  readonly name: string;
  /** Of this run. */
  readonly runId: string;
  readonly finished: ReadonlySet<string>;
  /** Unique ids of what any run of that name was asked for. */
  readonly begun: ReadonlySet<string>;
  /** Those of what a run of that name was asked for that has succeeded. */
  readonly whole: ReadonlySet<string>;
  /** The last run of that name. */
  readonly before: NamedRun | undefined;
}

/** What a command wants to happen, after flags and earlier results were read. */
export interface RunRequest {
  readonly command: Command;
  readonly options: RunOptions;
  /** What an earlier run with these options left undone, instead of all that they select (`tx retry`). */
  readonly retried?: RetriedRun;
  readonly named?: NamedRequest;
  /** Models take what was set aside of them instead of their queries. */
  readonly replay?: true;
}
