/** How a step tells its runner that it must be rolled back: with diagnostics, never with a bare message. */
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** A problem that `tx` itself found while carrying out a step. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly diagnostics: readonly Diagnostic[];
  /** The test that is to blame, when it is one. */
  readonly test: string | undefined;

  constructor(diagnostics: readonly Diagnostic[], test?: string) {
    super(diagnostics[0]?.message ?? 'step failed');
    this.diagnostics = diagnostics;
    this.test = test;
  }
}

/** An error of the database, with the statement that met it. */
export class StatementFailure extends Error {
  override readonly name = 'StatementFailure';
  readonly details: EngineErrorDetails;
  readonly statement: Statement;
  /** The check that the statement was for, when it was for one alone. */
  readonly test: string | undefined;

  constructor(details: EngineErrorDetails, statement: Statement, test?: string) {
    super(details.message);
    this.details = details;
    this.statement = statement;
    this.test = test;
  }
}
