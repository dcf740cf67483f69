/** Flags of the commands that look at what `tx` knows of a target, and take care of it. */
import type { DatabaseOptions, OutputOptions, ProjectOptions, RunOptions } from '../options.ts';

export interface StateOptions extends ProjectOptions, OutputOptions, DatabaseOptions, Pick<RunOptions, 'lockTimeout'> {
  readonly args: readonly string[];
  readonly yes?: boolean;
  /** Days after which what was deleted may be forgotten. */
  readonly deletions?: number;
  readonly output: 'text' | 'json';
}
