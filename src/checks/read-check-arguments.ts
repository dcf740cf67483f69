/** Validates the arguments of a check as written in YAML. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/nearest.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Located, YamlNumber, YamlValue } from '../project/project.ts';
import type { ArgumentSpec, CheckArgument, CheckArguments } from './check-definition.ts';
import type { NamedCheck } from './vocabulary.ts';

/** A check as somebody wrote it. */
export interface WrittenCheck {
  /** The name as written, and its place. */
  readonly name: Located<string>;
  readonly arguments: Readonly<Record<string, Located<YamlValue>>>;
  readonly column: string | undefined;
}

const expectations: Readonly<Record<ArgumentSpec['type'], string>> = {
  text: 'text',
  number: 'a number',
  boolean: '`true` or `false`',
  list: 'a list of texts, numbers, booleans',
  relation: "a relation, such as `ref('customers')`",
  column: 'the name of a column',
  scalar: 'a text, a number or a boolean',
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

function fits(value: CheckArgument, type: ArgumentSpec['type']): boolean {
  switch (type) {
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value) && value.every(isScalar);
    case 'scalar':
      return value !== null && isScalar(value);
    default:
      return typeof value === 'string' && value !== '';
  }
}

/** The names of a check's arguments under the name that it was called by. */
function writtenNames({ definition, renamed }: NamedCheck): ReadonlyMap<string, ArgumentSpec> {
  const other = new Map(Object.entries(renamed).map(([written, canonical]) => [canonical, written]));
  return new Map(definition.arguments.map((spec) => [other.get(spec.name) ?? spec.name, spec]));
}

/** The arguments under their canonical names; `relation` arguments are still text as written. */
export function readCheckArguments(found: NamedCheck, written: WrittenCheck, node?: string): Outcome<CheckArguments> {
  const specs = writtenNames(found);
  const check = written.name.value;
  const diagnostics: Diagnostic[] = [];
  const where = (span: Span): { readonly span: Span; readonly node: string | undefined } => ({ span, node });
  const values: Record<string, CheckArgument> = {};
  if (found.definition.on === 'column' && written.column === undefined) {
    diagnostics.push(diagnose('check-needs-column', { check }, where(written.name.span)));
  }
  for (const [argument, { value, span }] of Object.entries(written.arguments)) {
    const spec = specs.get(argument);
    if (spec === undefined) {
      diagnostics.push(diagnose('check-argument-unknown', { check, argument, known: [...specs.keys()] }, where(span)));
      continue;
    }
    const read = toArgument(value);
    const isEmpty = spec.type === 'list' && spec.required && Array.isArray(read) && read.length === 0;
    const expected = isEmpty ? 'a list of at least one value' : expectations[spec.type];
    if (read !== undefined && fits(read, spec.type) && !isEmpty) values[spec.name] = read;
    else diagnostics.push(diagnose('check-argument-type', { check, argument, expected }, where(span)));
  }
  // An argument whose name is misspelt is not missing as well.
  const meant = Object.keys(written.arguments).flatMap((argument) => (specs.has(argument) ? [] : nearest(argument, [...specs.keys()])));
  for (const [argument, spec] of specs) {
    if (!spec.required || Object.hasOwn(written.arguments, argument) || meant.includes(argument)) continue;
    diagnostics.push(diagnose('check-argument-missing', { check, argument, description: spec.description }, where(written.name.span)));
  }
  return { value: values, diagnostics };
}
