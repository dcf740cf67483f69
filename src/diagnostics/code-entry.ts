/** The shape of one entry in the registry of problems: severity, and its text as functions of typed parameters. */

export type Severity = 'error' | 'warning';

/** What a code says: `message` states the problem, `help` the way out. Lower case, no final period. */
export interface CodeEntry<Params> {
  readonly severity: Severity;
  readonly message: (params: Params) => string;
  readonly help?: (params: Params) => string | undefined;
}

/** An error code. Errors cannot be silenced. */
export function error<Params>(message: (params: Params) => string, help?: (params: Params) => string | undefined): CodeEntry<Params> {
  return help === undefined ? { severity: 'error', message } : { severity: 'error', message, help };
}

/** A warning code. Warnings do not change the exit code. */
export function warning<Params>(message: (params: Params) => string, help?: (params: Params) => string | undefined): CodeEntry<Params> {
  return help === undefined ? { severity: 'warning', message } : { severity: 'warning', message, help };
}
