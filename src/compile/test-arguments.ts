/** Checks the arguments of a declared test, and resolves those that name relations. */
import type { CheckArgument, CheckArguments, CheckDefinition } from '../checks/check-definition.ts';
import { readCheckArguments } from '../checks/read-check-arguments.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { RawConfig, TestDeclaration } from '../parse/definitions.ts';
import type { Dependency } from './compiled.ts';
import type { FileContext } from './file-context.ts';

export interface ResolvedArguments {
  readonly args: CheckArguments;
  /** The arguments with ids for relations: the same on every target. */
  readonly identity: CheckArguments;
  readonly column: string | undefined;
  readonly dependencies: readonly Dependency[];
}

/** Canonical names of a check's arguments by those under which somebody asked for it. */
function renamedUnder(check: CheckDefinition, name: string): Readonly<Record<string, string>> {
  return check.aliases.find((alias) => alias.name === name || `${alias.package}.${alias.name}` === name)?.renamed ?? {};
}

/** A test beside `columns:` may name its column with `column_name`, as in dbt. */
function columnOf(test: TestDeclaration, check: CheckDefinition): { readonly column: string | undefined; readonly given: RawConfig } {
  const { column_name: named, ...others } = test.args;
  const takesIt = check.arguments.some((spec) => spec.name === 'column_name');
  if (takesIt || test.column !== undefined || check.on === 'relation' || typeof named?.value !== 'string')
    return { column: test.column, given: test.args };
  return { column: named.value, given: others };
}

/** The arguments with canonical names; undefined, reported, when they do not fit. */
export function resolveArguments(test: TestDeclaration, check: CheckDefinition, context: FileContext): ResolvedArguments | undefined {
  const { diagnostics } = context;
  const { column, given } = columnOf(test, check);
  const renamed = renamedUnder(check, test.check);
  const read = readCheckArguments(
    { definition: check, renamed },
    { name: { value: test.check, span: test.checkSpan }, arguments: given, column },
  );
  diagnostics.push(...read.diagnostics);
  if (read.diagnostics.length > 0) return undefined;
  const args: Record<string, CheckArgument> = { ...read.value };
  const identity: Record<string, CheckArgument> = { ...read.value };
  const dependencies: Dependency[] = [];
  for (const { name, type } of check.arguments) {
    const written = args[name];
    if (type !== 'relation' || typeof written !== 'string') continue;
    const span = Object.entries(given).find(([key]) => (renamed[key] ?? key) === name)?.[1].span ?? test.checkSpan;
    const relation = resolveRelation(written.trim(), span, context);
    if (relation === undefined) return undefined;
    args[name] = relationSql(relation, context);
    identity[name] = relation.id;
    dependencies.push({ id: relation.id, span });
  }
  return { args, identity, column, dependencies };
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
