/** Validates the arguments of a check as written in YAML. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/nearest.ts';
import type { Span } from '../diagnostics/span.ts';
import { configSpellings } from '../project/config-keys.ts';
import type { Located, YamlNumber, YamlValue } from '../project/project.ts';
import type { ArgumentSpec, ArgumentType, CheckArgument, CheckArguments } from './check-definition.ts';
import type { NamedCheck } from './vocabulary.ts';

/** An argument as somebody wrote it, with the place of its name. */
export interface WrittenArgument extends Located<YamlValue> {
  readonly keySpan: Span;
}

/** A check as somebody wrote it. */
export interface WrittenCheck {
  /** The name as written, and its place. */
  readonly name: Located<string>;
  readonly arguments: Readonly<Record<string, WrittenArgument>>;
  readonly column: string | undefined;
}

/** What an argument of each type is, for messages. */
function expectation({ type, words = [] }: ArgumentSpec): string {
  if (type === 'word') return `one of ${words.map((word) => `\`${word}\``).join(', ')}`;
  return expectations[type];
}

const expectations: Readonly<Record<Exclude<ArgumentType, 'word'>, string>> = {
  text: 'text',
  texts: 'a text, or a list of texts',
  number: 'a number',
  count: 'a whole number that is not negative',
  boolean: '`true` or `false`',
  values: 'a list of texts, numbers, booleans',
  pairs: 'a list of lists of texts, numbers, booleans',
  relation: "a relation, such as `ref('customers')`",
  column: 'the name of a column',
  names: 'the name of a column, or a list of names',
  scalar: 'a text, a number or a boolean',
  condition: 'an SQL condition',
  expression: 'an SQL expression',
  any: 'a text, a number, a boolean or a list',
};

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function isYamlNumber(value: YamlValue): value is YamlNumber {
  return typeof value === 'object' && value !== null && 'yamlNumber' in value;
}

/** The value as an argument, or undefined for a mapping. */
function toArgument(value: YamlValue): CheckArgument | undefined {
  if (value === null || typeof value !== 'object') return value;
  if (isYamlNumber(value)) return value.yamlNumber;
  if (!isList(value)) return undefined;
  const items = value.map(toArgument);
  return items.every((item) => item !== undefined) ? items : undefined;
}

function isScalar(value: CheckArgument): boolean {
  return value === null || typeof value !== 'object';
}

function isText(value: CheckArgument): boolean {
  return typeof value === 'string' && value !== '';
}

function isListOf(value: CheckArgument, fitsItem: (item: CheckArgument) => boolean): boolean {
  return Array.isArray(value) && value.every(fitsItem);
}

function fits(value: CheckArgument, { type, words = [] }: ArgumentSpec): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'number':
      return typeof value === 'number';
    case 'count':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    case 'boolean':
      return typeof value === 'boolean';
    case 'values':
      return isListOf(value, isScalar);
    case 'pairs':
      return isListOf(value, (item) => isListOf(item, isScalar));
    case 'texts':
    case 'names':
      return isText(value) || isListOf(value, isText);
    case 'scalar':
      return value !== null && isScalar(value);
    case 'word':
      return typeof value === 'string' && words.includes(value);
    default:
      return isText(value);
  }
}

/** How one written name is meant. */
export interface Meaning {
  readonly spec: ArgumentSpec;
  /** The written argument says the opposite. */
  readonly isInverted: boolean;
}

/** The names of a check's arguments under the name that it was called by. */
export function writtenNames({ definition, alias }: NamedCheck): ReadonlyMap<string, Meaning> {
  const specs = new Map(definition.arguments.map((spec) => [spec.name, spec]));
  const names = new Map<string, Meaning>();
  const take = (written: string, canonical: string, isInverted: boolean): void => {
    const spec = specs.get(canonical);
    if (spec !== undefined) names.set(written, { spec, isInverted });
  };
  const renamed = Object.entries(alias?.renamed ?? {});
  const inverted = Object.entries(alias?.inverted ?? {});
  for (const [written, canonical] of renamed) take(written, canonical, false);
  for (const [written, canonical] of inverted) take(written, canonical, true);
  const hidden = new Set([...renamed, ...inverted].map(([, canonical]) => canonical));
  for (const name of specs.keys()) if (!hidden.has(name)) take(name, name, false);
  return names;
}

/** What may stand beside the arguments of every check. */
const configWords: readonly string[] = ['name', 'description', ...configSpellings('test')];

/** The arguments under their canonical names; `relation` arguments are still text as written. */
export function readCheckArguments(found: NamedCheck, written: WrittenCheck, node?: string): Outcome<CheckArguments> {
  const names = writtenNames(found);
  const { definition, alias } = found;
  const check = written.name.value;
  const diagnostics: Diagnostic[] = [];
  const where = (span: Span): { readonly span: Span; readonly node: string | undefined } => ({ span, node });
  const values: Record<string, CheckArgument> = { ...alias?.preset };
  const known = [...names.keys()];
  const missing = known.filter((name) => names.get(name)?.spec.required === true && !Object.hasOwn(written.arguments, name));
  if (definition.on === 'column' && written.column === undefined) {
    diagnostics.push(diagnose('check-needs-column', { check }, where(written.name.span)));
  }
  for (const [argument, { value, span, keySpan }] of Object.entries(written.arguments)) {
    const meaning = names.get(argument);
    if (meaning === undefined) {
      diagnostics.push(
        diagnose(
          'check-argument-unknown',
          { check, argument, known, missing: missing.length === 1 ? missing : [], config: configWords },
          where(keySpan),
        ),
      );
      continue;
    }
    const { spec, isInverted } = meaning;
    const read = toArgument(value);
    const isEmpty = spec.required && Array.isArray(read) && read.length === 0;
    const expected = isEmpty ? 'a list of at least one value' : expectation(spec);
    if (read !== undefined && fits(read, spec) && !isEmpty) values[spec.name] = isInverted ? read === false : read;
    else diagnostics.push(diagnose('check-argument-type', { check, argument, expected }, where(span)));
  }
  // An argument whose name is misspelt is not missing as well.
  const unknown = Object.keys(written.arguments).filter((argument) => !names.has(argument));
  const meant = unknown.flatMap((argument) => [...nearest(argument, known), ...(missing.length === 1 ? missing : [])]);
  const given = new Set(Object.keys(written.arguments).flatMap((argument) => names.get(argument)?.spec.name ?? []));
  for (const [argument, { spec }] of names) {
    if (!spec.required || given.has(spec.name) || meant.includes(argument) || spec.name in values) continue;
    given.add(spec.name);
    diagnostics.push(diagnose('check-argument-missing', { check, argument, description: spec.description }, where(written.name.span)));
  }
  const problem = diagnostics.length > 0 ? undefined : definition.problem?.(values, written.column);
  if (problem !== undefined) diagnostics.push(diagnose('check-arguments-wrong', { check, problem }, where(written.name.span)));
  return { value: values, diagnostics };
}
