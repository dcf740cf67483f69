/** Tells a check from what it was before, where it says the same of a row whenever it is asked. */
import { hash } from 'node:crypto';
import type { CheckArguments } from '../checks/check-definition.ts';
import type { PlannedCheck } from './action.ts';

/** SQL that may give another answer for the same row: it looks elsewhere, at the clock, or at chance. */
const UNSTEADY =
  /\b(select|current_\w+|localtime\w*|now|today|get_current_\w+|\w*_timestamp|random|uuid|gen_random_\w+|setseed|nextval|getvariable|current_setting|age)\b/i;

/** What tells a check from what it was before; undefined where it does not stand for the rows alone. */
export function checkFingerprint(check: Pick<PlannedCheck, 'shape' | 'where' | 'onNull' | 'groupBy'>): string | undefined {
  const { shape, where = '', onNull = 'pass', groupBy = [] } = check;
  if (shape.kind !== 'rows' && shape.kind !== 'values' && shape.kind !== 'groups') return undefined;
  const text = JSON.stringify([shape, where, onNull, groupBy]);
  return UNSTEADY.test(text) ? undefined : hash('sha256', text, 'hex');
}

/** Whether the answer to a check may change although the rows and relations that it is known to look at stay: it asks the clock, chance, or whatever its SQL names. */
export function asksAround(args: CheckArguments, { shape, where }: Pick<PlannedCheck, 'shape' | 'where'>): boolean {
  const written = JSON.stringify([args, where ?? '']);
  if (UNSTEADY.test(written)) return true;
  return UNSTEADY.test(JSON.stringify(shape).replaceAll(/\bselect\b/gi, ''));
}
