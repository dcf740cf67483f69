/** Helpers that spell values and names for SQL, and `json`. */
import type { Builtin, BuiltinCall } from '../builtin.ts';
import { builtin } from '../builtin.ts';
import { entriesInOrder } from '../../project/yaml/ordered-record.ts';
import { renderLimits } from '../session.ts';
import type { Failed, Value } from '../values.ts';
import { describeKind, isList, isNumber, isRelation, isSlotText } from '../values.ts';

/** One value as an SQL literal; undefined for what has none. */
function spell(call: BuiltinCall, value: Value): string | undefined {
  const { dialect } = call.session.environment;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return dialect.literal(value);
  if (isNumber(value))
    return typeof value === 'number' ? dialect.literal(value) : value.text.startsWith('-') ? `(${value.text})` : value.text;
  return undefined;
}

function literal(call: BuiltinCall): Value | Failed {
  const value = call.value(0);
  // A slot is replaced by a literal of its own.
  if (isSlotText(value)) return value.text;
  return (
    spell(call, value) ??
    call.fail(`spells one value, not ${describeKind(value)}${isList(value) ? '; for a list there is `literals`' : ''}`, 0)
  );
}

function literals(call: BuiltinCall): Value | Failed {
  const spelled: string[] = [];
  for (const item of call.list(0)) {
    const text = spell(call, item);
    if (text === undefined) return call.fail(`spells texts, numbers, booleans and null, not ${describeKind(item)}`, 0);
    spelled.push(text);
  }
  return spelled.length === 0 ? call.fail('has no item: an empty list is no SQL', 0) : spelled.join(', ');
}

function identifier(call: BuiltinCall): Value | Failed {
  const { dialect } = call.session.environment;
  const quoted: string[] = [];
  for (let index = 0; index < call.args.length; index += 1) {
    const name = call.text(index);
    const problem = dialect.identifierProblem(name);
    if (problem !== undefined) return call.fail(`cannot quote the name: it ${problem}`, index);
    quoted.push(dialect.quoteIdentifier(name));
  }
  return quoted.join('.');
}

/** JSON text with a bound on its size: lists may hold the same list many times over. */
function json(call: BuiltinCall): Value | Failed {
  let size = 0;
  const write = (value: Value): string | undefined => {
    size += 1;
    if (size > renderLimits.steps) return undefined;
    if (isList(value)) return wrap('[', value.map(write), ']');
    if (isNumber(value)) return typeof value === 'number' ? String(value) : value.text;
    if (isRelation(value)) return JSON.stringify(value.sql);
    if (value === undefined || isSlotText(value)) return undefined;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const entries = entriesInOrder(value).map(([key, item]) => {
      const text = write(item);
      return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`;
    });
    return wrap('{', entries, '}');
  };
  return write(call.value(0)) ?? call.fail('cannot write this value: it is too large, missing, or known at run time only', 0);
}

function wrap(open: string, parts: readonly (string | undefined)[], close: string): string | undefined {
  return parts.includes(undefined) ? undefined : open + parts.join(',') + close;
}

export const sqlHelpers: readonly Builtin[] = [
  builtin('literal', [{ name: 'value', type: 'any' }], literal, { form: '{{literal value}}' }),
  builtin('literals', [{ name: 'list', type: 'list' }], literals, { form: '{{literals list}}' }),
  builtin('ident', [{ name: 'name', type: 'text', rest: true }], identifier, { form: '{{ident "name"}}' }),
  builtin('json', [{ name: 'value', type: 'any' }], json),
];
