/** Where everything that a watching command has to say goes: a block on a terminal, or lines. */
import type { PlanResult } from '../../plan/build-plan.ts';
import type { RunReporter } from '../../report/console-reporter.ts';
import type { Output } from '../../report/output.ts';
import type { WatchEvent } from '../../watch/watch-event.ts';
import type { Screen } from '../screen.ts';

/** What is to be known of watching itself; problems of the project and of what changed; and what came of the last run. */
export type Section = 'notices' | 'problems' | 'results';

export interface WatchView {
  readonly tell: (event: WatchEvent) => void;
  /** An empty place for diagnostics of that kind, which takes the place of the one before. */
  readonly outputFor: (section: Section) => Output;
  /** Follows a run; `screen` writes into the place for its results. */
  readonly reporter: (planned: PlanResult, screen: Screen) => RunReporter;
  /** What was shown last stays. */
  readonly close: () => void;
}
