/** Codes for how tests are declared in property files; what is wrong with a check's arguments is in check.ts. */
import { error } from '../code-entry.ts';

export const testCodes = {
  'check-on-column': error<{ readonly check: string }>(
    ({ check }) => `\`${check}\` judges a whole table, and here it stands on a column`,
    () => 'move it to the `tests:` of the model, beside `columns:`',
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
