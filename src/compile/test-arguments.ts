/** Checks the arguments of a declared test, and resolves those that name relations. */
import type { CheckAlias, CheckArgument, CheckArguments, CheckDefinition } from '../checks/check-definition.ts';
import { readCheckArguments } from '../checks/read-check-arguments.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { GivenArgument, RawConfig, TestDeclaration } from '../parse/definitions.ts';
import { findConfigKey, readConfigValue } from '../project/config-keys.ts';
import type { Located, YamlValue } from '../project/project.ts';
import type { Dependency } from './compiled.ts';
import type { FileContext } from './file-context.ts';
import { renderFragment } from './test-config.ts';

export interface ResolvedArguments {
  readonly args: CheckArguments;
  /** The arguments with ids for relations: the same on every target. */
  readonly identity: CheckArguments;
  readonly column: string | undefined;
  readonly dependencies: readonly Dependency[];
  /** Config that stood among the arguments. */
  readonly config: RawConfig;
}

/** What other packages call a check, if it was called by such a name. */
function aliasOf(check: CheckDefinition, name: string): CheckAlias | undefined {
  return name === check.name ? undefined : check.aliases.find((alias) => alias.name === name || `${alias.package}.${alias.name}` === name);
}

interface SplitArguments {
  readonly column: string | undefined;
  readonly given: TestDeclaration['args'];
  /** What is config here, and an argument where the check was called by another name. */
  readonly config: RawConfig;
}

/** A test beside `columns:` may name its column with `column_name`, as in dbt; other packages have config among the arguments. */
function splitArguments(test: TestDeclaration, check: CheckDefinition, alias: CheckAlias | undefined): SplitArguments {
  const given: Record<string, GivenArgument> = {};
  const config: Record<string, Located<YamlValue>> = {};
  let column = test.column;
  for (const [name, located] of Object.entries(test.args)) {
    const key = alias?.asConfig?.[name];
    const { value } = located;
    const namesColumn = (alias?.renamed[name] ?? name) === 'column_name' && test.column === undefined && check.on !== 'relation';
    if (key !== undefined && value !== null) config[key] = located;
    else if (namesColumn && typeof value === 'string') column = value;
    else if (key === undefined) given[name] = located;
  }
  return { column, given, config };
}

/** The arguments with canonical names; undefined, reported, when they do not fit. */
export function resolveArguments(test: TestDeclaration, check: CheckDefinition, context: FileContext): ResolvedArguments | undefined {
  const { diagnostics } = context;
  const alias = aliasOf(check, test.check);
  const { column, given, config } = splitArguments(test, check, alias);
  const read = readCheckArguments(
    { definition: check, alias },
    { name: { value: test.check, span: test.checkSpan }, arguments: given, column },
  );
  const problems = [...read.diagnostics, ...Object.entries(config).flatMap(([key, located]) => configProblems(key, located))];
  diagnostics.push(...problems);
  if (problems.length > 0) return undefined;
  const args: Record<string, CheckArgument> = { ...read.value };
  const identity: Record<string, CheckArgument> = { ...read.value };
  const dependencies: Dependency[] = [];
  const spanOf = (name: string): Span =>
    Object.entries(given).find(([key]) => (alias?.renamed[key] ?? key) === name)?.[1].span ?? test.checkSpan;
  for (const { name, type } of check.arguments) {
    const written = args[name];
    if (typeof written !== 'string') continue;
    if (type === 'condition' || type === 'expression') {
      args[name] = renderFragment(written, spanOf(name), `argument \`${name}\` of a test`, context);
      identity[name] = args[name];
    }
    // An argument of a test of the project is a relation where it is written as one.
    if (type !== 'relation' && !(type === 'any' && (REF.test(written.trim()) || SOURCE.test(written.trim())))) continue;
    const relation = resolveRelation(written.trim(), spanOf(name), context);
    if (relation === undefined) return undefined;
    args[name] = relationSql(relation, context);
    identity[name] = relation.id;
    dependencies.push({ id: relation.id, span: spanOf(name) });
  }
  return { args, identity, column, dependencies, config };
}

function configProblems(key: string, located: Located<YamlValue>): readonly Diagnostic[] {
  const known = findConfigKey('test', key) ?? bug(`${key} is no config of tests`);
  return readConfigValue(known.name, located).diagnostics;
}

const REF = /^ref\(\s*(['"])([^'"]+)\1\s*(?:,\s*(['"])([^'"]+)\3\s*)?(?:,\s*(?:v|version)\s*=\s*(['"]?)([^'"\s]+)\5\s*)?\)$/;
const SOURCE = /^source\(\s*(['"])([^'"]+)\1\s*,\s*(['"])([^'"]+)\3\s*\)$/;

interface NamedRelation {
  readonly id: Dependency['id'];
  readonly sql: string;
  readonly isEphemeral?: boolean;
}

/** What stands in a FROM clause: an ephemeral model is its own query in parentheses. */
function relationSql({ id, sql, isEphemeral }: NamedRelation, { asker }: FileContext): string {
  const query = isEphemeral === true ? asker.get('query', id) : undefined;
  return query === undefined ? sql : `(\n${query}\n)`;
}

/** `ref('x')`, `ref('project', 'x')`, `ref('x', v=2)`, `source('a', 'b')`, `x` or `a.b`. */
export function resolveRelation(written: string, span: Span, context: FileContext): NamedRelation | undefined {
  const { index, diagnostics } = context;
  const ref = REF.exec(written);
  const source = SOURCE.exec(written);
  if (ref?.[4] !== undefined && ref[2] !== context.project.name) {
    diagnostics.push(diagnose('unknown-package', { name: ref[2] ?? '', project: context.project.name }, { span }));
    return undefined;
  }
  const node = ref?.[4] ?? ref?.[2] ?? written;
  const table = source === null ? written : `${source[2]}.${source[4]}`;
  const version = ref?.[6];
  const found = (source === null ? index.find(node, version) : undefined) ?? (ref === null ? index.findSource(table) : undefined);
  if (found !== undefined) return found;
  const known = version === undefined ? undefined : index.versionsOf(node);
  if (version !== undefined && known !== undefined) {
    diagnostics.push(diagnose('unknown-version', { model: node, version, known }, { span }));
    return undefined;
  }
  const isSource = source !== null || (ref === null && written.includes('.'));
  reportMissing(isSource ? table : node, isSource, span, context);
  return undefined;
}

function reportMissing(name: string, isSource: boolean, span: Span, { index, diagnostics }: FileContext): void {
  const disabled = index.findDisabled(isSource ? 'source' : 'node', name);
  if (disabled !== undefined) {
    const notes = disabled.span === undefined ? [] : [{ message: 'it is turned off here', span: disabled.span }];
    diagnostics.push(diagnose('disabled-ref', { kind: disabled.kind, name }, { span, notes }));
  } else if (isSource) diagnostics.push(diagnose('source-not-found', { name, known: index.sourceNames }, { span }));
  else diagnostics.push(diagnose('ref-not-found', { name, known: index.nodeNames, source: undefined }, { span }));
}
