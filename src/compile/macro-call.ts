/** Binds what a macro is called with to its parameters. */
import type { MacroDefinition } from '../parse/definitions.ts';
import type { Frame, MacroInvocation } from './evaluate.ts';
import { evaluate, evaluateMacroArguments } from './evaluate.ts';
import type { Scope } from './scope.ts';
import { defineName, openScope } from './scope.ts';
import type { Value } from './values.ts';
import { failed } from './values.ts';

/** How the macro is called, for messages. */
export function macroForm(macro: MacroDefinition): string {
  const positional = macro.parameters.map((name) => ` "${name}"`).join('');
  const named = macro.defaults.map(({ name, text }) => ` ${name}=${text}`).join('');
  return `{{${macro.name}${positional}${named}}}`;
}

/** The scope of the macro's body, or undefined (reported) when the arguments do not fit. */
export function bindArguments(frame: Frame, macro: MacroDefinition, call: MacroInvocation): Scope | undefined {
  const given = evaluateMacroArguments(call, frame);
  if (given === undefined) return undefined;
  const names = [...macro.parameters, ...macro.defaults.map(({ name }) => name)];
  const complain = (problem: string, span = call.span): undefined => {
    frame.session.report('macro-arguments', { name: macro.name, problem, form: macroForm(macro) }, span);
    return undefined;
  };
  const extra = given.args[names.length];
  if (extra !== undefined)
    return complain(`takes ${names.length === 1 ? 'one argument' : `${names.length} arguments`}, not ${given.args.length}`, extra.span);
  const scope = openScope(undefined);
  given.args.forEach(({ value }, index) => defineName(scope, names[index] ?? '', value));
  for (const [name, { value, span }] of given.named) {
    if (!names.includes(name)) return complain(`has no argument \`${name}\``, span);
    if (scope.names?.has(name) === true) return complain(`gets \`${name}\` twice`, span);
    defineName(scope, name, value);
  }
  const missing = macro.parameters.find((name) => scope.names?.has(name) !== true);
  if (missing !== undefined) return complain(`needs \`${missing}\``);
  return defineDefaults(frame, macro, scope) ? scope : undefined;
}

/** Defaults see the arguments before them. */
function defineDefaults(frame: Frame, macro: MacroDefinition, scope: Scope): boolean {
  for (const { name, value: expression } of macro.defaults) {
    if (scope.names?.has(name) === true) continue;
    const value = evaluate(expression, { ...frame, scope, macro: macro.name });
    if (value === failed) return false;
    defineName(scope, name, value);
  }
  return true;
}

/** The scope of the body with these names, and defaults for the others; undefined (reported) when a default cannot be evaluated. */
export function bindNames(frame: Frame, macro: MacroDefinition, names: ReadonlyMap<string, Value>): Scope | undefined {
  const scope = openScope(undefined);
  for (const [name, value] of names) defineName(scope, name, value);
  return defineDefaults(frame, macro, scope) ? scope : undefined;
}
