/** Exit codes, and the one way a command stops early: with diagnostics and a code. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

export const exitCodes = {
  ok: 0,
  /** A model or test of the user failed. */
  failed: 1,
  /** Usage, project or compile error. */
  usage: 2,
  /** A bug in `tx`. */
  bug: 70,
  /** Locked or unreachable: worth another try. */
  transient: 75,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Thrown by command code to end the command; caught once, in program.ts. */
export class Stop extends Error {
  override readonly name = 'Stop';
  readonly exitCode: ExitCode;
  readonly diagnostics: readonly Diagnostic[];

  constructor(exitCode: ExitCode, diagnostics: readonly Diagnostic[] = []) {
    super(diagnostics[0]?.message ?? `exit ${exitCode}`);
    this.exitCode = exitCode;
    this.diagnostics = diagnostics;
  }
}
