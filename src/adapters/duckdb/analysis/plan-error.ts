/** The errors that the engine returns in place of a plan, in the words that all its errors share. */
import type { EngineErrorDetails } from '../../../adapter/engine-error.ts';
import { engineError } from '../errors.ts';

/** What stands in place of a plan; further fields are those of any error of the engine. */
export interface PlanError {
  readonly error: true;
  readonly error_type: string;
  readonly error_message: string;
  readonly [field: string]: unknown;
}

/** What the binder calls not implemented, and refuses everywhere. */
const isRefusal = /^Cannot combine types /;

/** The query is bound and still has no plan to show: some part of it cannot be written down. */
export function isUnshown(error: PlanError): boolean {
  return /^(?:not implemented|internal|serialization)$/i.test(error.error_type) && !isRefusal.test(error.error_message);
}

/** `skip` is the length of what stands before the caller's text in `sql`. */
export function planErrorDetails(error: PlanError, sql: string, skip: number): EngineErrorDetails {
  const { error: _error, error_type: type, error_message: message, ...fields } = error;
  const raw = { exception_type: typeWords(type), exception_message: message, ...fields };
  const { position, ...details } = engineError(new Error(JSON.stringify(raw)), sql, skip).details;
  // What follows the caller's text is no place in it.
  return position === undefined || position > sql.length - skip ? details : { ...details, position };
}

/** Here types are in lower case; elsewhere each word begins with a capital letter, but for abbreviations and `of`. */
function typeWords(type: string): string {
  if (/^(?:io|http)$/.test(type)) return type.toUpperCase();
  return type.replaceAll(/\b(?!of\b)[a-z]/g, (letter) => letter.toUpperCase());
}
