/** What a building or testing command is asked to do. */
import type { Command } from '../plan/plan.ts';
import type { RunOptions } from './options.ts';

/** What a command wants to happen, after flags and earlier results were read. */
export interface RunRequest {
  readonly command: Command;
  readonly options: RunOptions;
  /** Exactly these nodes instead of a selection (`tx retry`). */
  readonly only?: ReadonlySet<string>;
}
