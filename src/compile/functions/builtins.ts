/** All helpers that templates know without defining them. */
import type { Builtin } from '../builtin.ts';
import { arithmeticHelpers } from './arithmetic.ts';
import { columnHelpers } from './columns.ts';
import { libraryHelpers } from './library.ts';
import { listHelpers } from './lists.ts';
import { logicHelpers } from './logic.ts';
import { projectHelpers } from './project.ts';
import { sqlHelpers } from './sql.ts';
import { textHelpers } from './text.ts';

export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [logicHelpers, textHelpers, listHelpers, arithmeticHelpers, sqlHelpers, projectHelpers, columnHelpers, libraryHelpers]
    .flat()
    .map((helper) => [helper.name, helper]),
);

/** Names that stand for values. */
export const builtinValues: readonly string[] = ['target', 'run', 'interval', 'is_incremental', 'this'];

/** Names that stand before blocks or print nothing. */
export const builtinForms: readonly string[] = ['if', 'unless', 'each', 'join', 'set', 'config', 'yield', 'else', 'macro'];

/** Every name that already means something. */
export const builtinNames: ReadonlySet<string> = new Set([...builtins.keys(), ...builtinValues, ...builtinForms]);
