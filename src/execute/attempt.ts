/** One attempt at a step: what it is given, and what it comes to. */
import type { Connection } from '../adapter/connection.ts';
import type { Retry } from '../adapter/engine-error.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Plan } from '../plan/plan.ts';
import type { TextIndex } from '../plan/texts.ts';
import type { StateWriter } from '../state/state-writer.ts';
import type { ExecutionPorts } from './execution.ts';
import type { TestOutcome } from './run-audit.ts';
import type { VerdictLog } from './verdict-log.ts';

/** A test that could not be evaluated, while others of its step were. */
export interface TestError {
  readonly test: string;
  /** One line that may be stored. */
  readonly message: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What one attempt at a step came to; of batches, all of them together. */
export type Attempt =
  | {
      readonly kind: 'done';
      readonly rows: number | undefined;
      /** Rows that were set aside. */
      readonly quarantined?: number | undefined;
      /** Another run has loaded the batch meanwhile: nothing was done. */
      readonly elsewhere?: true;
      readonly warnings: readonly Diagnostic[];
      readonly tests: readonly TestOutcome[];
      readonly errors: readonly TestError[];
    }
  /** Tests failed: nothing was published. */
  | { readonly kind: 'refused'; readonly tests: readonly TestOutcome[] }
  | {
      readonly kind: 'failed';
      readonly diagnostics: readonly Diagnostic[];
      /** One line that may be stored. */
      readonly message: string;
      readonly retry: Retry;
      readonly cancelled: boolean;
      /** The one test that could not be evaluated, when it is known. */
      readonly test?: string;
      /** It happened while checks ran together, so which one it was has to be found out. */
      readonly duringAudit: boolean;
    };

export interface StepContext {
  readonly ports: ExecutionPorts;
  readonly plan: Plan;
  readonly writer: StateWriter;
  readonly verdicts: VerdictLog;
  readonly connection: Connection;
  /** Filled texts by the key that queries carry. */
  readonly texts: TextIndex;
  /** Run checks one by one, to learn which of them fails to evaluate. */
  readonly apart: boolean;
  readonly attempt: number;
  /** How long to wait for the lock of a relation. */
  readonly lockTimeoutMs: number;
  /** The run is being stopped. Statements in flight were interrupted; one that was about to start heard nothing. */
  readonly isStopped: () => boolean;
}

export type FailedAttempt = Extract<Attempt, { kind: 'failed' }>;
