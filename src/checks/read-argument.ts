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

export function numberOf(args: CheckArguments, name: string): number {
  const value = args[name];
  return typeof value === 'number' ? value : bug(`argument ${name} is not a number`);
}

/** Text or number; undefined when nobody gave it. */
export function scalarOf(args: CheckArguments, name: string): string | number | boolean | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  return isList(value) ? bug(`argument ${name} is a list`) : value;
}

export function isGiven(args: CheckArguments, name: string): boolean {
  return args[name] !== undefined && args[name] !== null;
}

function isList(value: CheckArgument | undefined): value is readonly CheckArgument[] {
  return Array.isArray(value);
}

export function listOf(args: CheckArguments, name: string): readonly CheckArgument[] {
  const value = args[name];
  return isList(value) ? value : bug(`argument ${name} is not a list`);
}

/** One text or several of them; none when nobody gave it. */
export function textsOf(args: CheckArguments, name: string): readonly string[] {
  const value = args[name] ?? [];
  return (isList(value) ? value : [value]).map((item) => (typeof item === 'string' ? item : bug(`argument ${name} holds what is no text`)));
}

/** Quoted names of columns. */
export function columnsOf(args: CheckArguments, name: string, { dialect }: CheckTarget): readonly string[] {
  return textsOf(args, name).map(dialect.quoteIdentifier);
}
