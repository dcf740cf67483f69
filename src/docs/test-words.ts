/** Says in few words what a test looks at. */
import type { CompiledTest } from '../compile/compiled.ts';

/** `not_null`, `accepted_values`, or the name of a query. */
export function checkWords({ test, name }: CompiledTest): string {
  return test.kind === 'generic' ? test.check : name;
}
