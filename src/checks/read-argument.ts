/** Reads arguments that validation has already let through; anything else is a bug. */
import { bug } from '../diagnostics/bug.ts';
import type { CheckArgument, CheckArguments, CheckTarget } from './check-definition.ts';

/** The quoted column that the check stands on. */
export function columnOf(target: CheckTarget): string {
  return target.column ?? bug('a check on a column was given none');
}

export function textOf(args: CheckArguments, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : bug(`argument ${name} is not text`);
}

export function booleanOf(args: CheckArguments, name: string, absent: boolean): boolean {
  const value = args[name] ?? absent;
  return typeof value === 'boolean' ? value : bug(`argument ${name} is not a boolean`);
}

function isList(value: CheckArgument | undefined): value is readonly CheckArgument[] {
  return Array.isArray(value);
}

export function listOf(args: CheckArguments, name: string): readonly CheckArgument[] {
  const value = args[name];
  return isList(value) ? value : bug(`argument ${name} is not a list`);
}
