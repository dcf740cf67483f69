/** Codes for tests declared in property files. */
import { error } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

export const testCodes = {
  'unknown-check': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `there is no check \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? `the checks are ${listed(known)}`,
  ),
  'unknown-check-argument': error<{ readonly check: string; readonly name: string; readonly known: readonly string[] }>(
    ({ check, name }) => `check \`${check}\` has no argument \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? (known.length === 0 ? 'it takes no arguments' : `its arguments are ${listed(known)}`),
  ),
  'check-argument': error<{ readonly check: string; readonly name: string; readonly expected: string; readonly found: string }>(
    ({ check, name, expected, found }) => `\`${name}\` of check \`${check}\` must be ${expected}, not ${found}`,
  ),
  'check-argument-missing': error<{ readonly check: string; readonly name: string; readonly description: string }>(
    ({ check, name }) => `check \`${check}\` needs the argument \`${name}\``,
    ({ name, description }) => `add \`${name}:\` (${description})`,
  ),
  'check-placement': error<{ readonly check: string; readonly on: 'column' | 'relation' }>(
    ({ check, on }) => (on === 'column' ? `check \`${check}\` judges one column, and stands on none` : `check \`${check}\` judges a whole table, not a column`),
    ({ on }) => (on === 'column' ? 'move it under `tests:` of a column' : 'move it under `tests:` of the model, beside `columns:`'),
  ),
  'bad-threshold': error<{ readonly key: string; readonly text: string }>(
    ({ key, text }) => `\`${key}\` is not a condition: \`${text}\``,
    () => 'write an operator and a number, such as `> 10`, `!= 0` or `> 0.5%`',
  ),
  'duplicate-test': error<{ readonly name: string }>(
    ({ name }) => `test \`${name}\` is declared twice`,
    () => 'take one away; if they differ in config only, give one of them a `name:`',
  ),
};
