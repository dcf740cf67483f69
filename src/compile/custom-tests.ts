/** Tests that the project defines itself and property files call by name. */
import type { CheckDefinition } from '../checks/check-definition.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import { findShadows } from './check-macros.ts';
import type { CompiledText, Dependency, NodeId } from './compiled.ts';
import { checkChain, injectEphemerals } from './ephemeral.ts';
import type { FileContext } from './file-context.ts';
import { finishQuery } from './query-text.ts';
import { renderDefinition } from './render.ts';
import { Session } from './session.ts';
import type { Value } from './values.ts';
import { fromYaml, relationValue } from './values.ts';
import type { ResolvedArguments } from './test-arguments.ts';

/** The definition of that name for the engine of the target, or for all of them. */
export function findTestDefinition(name: string, { asker, dialect }: FileContext): MacroDefinition | undefined {
  return asker.get('test-definition', `${name}@${dialect.engine}`) ?? asker.get('test-definition', `${name}@`);
}

/** Two definitions of one name for one engine. */
export function findDuplicateDefinitions(definitions: readonly MacroDefinition[]): readonly Diagnostic[] {
  const first = new Map<string, string>();
  return definitions.flatMap(({ name, nameSpan: span, engine = '' }) => {
    const key = `${name}@${engine}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, span.path);
    return before === undefined ? [] : [diagnose('duplicate-name', { name, first: before, second: span.path }, { span })];
  });
}

/** The parameter that takes the column, by either of its names. */
function columnParameter({ parameters, defaults }: MacroDefinition): string | undefined {
  const names = [...parameters, ...defaults.map(({ name }) => name)];
  return ['column', 'column_name'].find((name) => names.includes(name));
}

/** What is known of such a test before it is rendered, in the words of built-in checks. */
export function describeDefinition(definition: MacroDefinition): CheckDefinition {
  const { parameters, defaults } = definition;
  const own = columnParameter(definition);
  const spec = (parameter: string, required: boolean) => {
    const description = `an argument of the test, which \`${definition.nameSpan.path}\` defines`;
    return { name: parameter, type: 'any', required, description } as const;
  };
  const isArgument = (parameter: string): boolean => parameter !== 'model' && parameter !== own;
  return {
    ...describeQuery(definition.name),
    on: own === undefined ? 'relation' : 'column',
    arguments: [
      ...parameters.filter(isArgument).map((parameter) => spec(parameter, true)),
      ...defaults.filter((entry) => isArgument(entry.name)).map((entry) => spec(entry.name, false)),
    ],
  };
}

/** What is known of any test that is a query. */
export function describeQuery(name: string): CheckDefinition {
  return {
    name,
    aliases: [],
    on: 'relation',
    summary: 'a test of the project',
    arguments: [],
    counts: 'rows',
    groupable: false,
    decidesNulls: false,
    shape: () => bug(`the test ${name} has SQL of its own`),
  };
}

export interface CustomTest {
  readonly id: NodeId;
  readonly definition: MacroDefinition;
  readonly resolved: ResolvedArguments;
  /** The node that is looked at, and how SQL names it. */
  readonly node: { readonly id: NodeId; readonly sql: string };
  readonly where: string | undefined;
}

export interface RenderedTest {
  readonly text: CompiledText;
  readonly macros: readonly string[];
  readonly dependencies: readonly Dependency[];
}

/** The query of the test for one node; with problems, reported, it is in `broken`. */
export function renderCustomTest({ id, definition, resolved, node, where }: CustomTest, context: FileContext): RenderedTest {
  const { environment, index, dialect } = context;
  const session = new Session({ environment, resolver: index, node: id, place: 'a test' });
  const looked = where === undefined ? node.sql : `(select * from ${node.sql} where (\n${where}\n))`;
  const names = new Map<string, Value>([['model', relationValue(looked, node.id)]]);
  const column = columnParameter(definition);
  if (column !== undefined && resolved.column !== undefined) names.set(column, dialect.quoteIdentifier(resolved.column));
  for (const [name, value] of Object.entries(resolved.args)) {
    const relation =
      resolved.identity[name] === value ? undefined : resolved.dependencies.find((other) => other.id === resolved.identity[name]);
    // Arguments came from YAML, and what was no mapping there is the same value here.
    names.set(name, relation === undefined ? fromYaml(value) : relationValue(String(value), relation.id));
  }
  context.diagnostics.push(...findShadows(definition.body.nodes));
  const text = renderDefinition(definition, names, session);
  const problems: Diagnostic[] = [...session.diagnostics];
  let finished: CompiledText = text;
  if (problems.length === 0) {
    const query = finishQuery(text, { what: 'a test', node: id, path: definition.nameSpan.path });
    const needs = new Map([[node.id, definition.nameSpan], ...session.dependencies]);
    problems.push(...query.diagnostics, ...checkChain(needs, context.asker, id).diagnostics);
    finished = injectEphemerals(query.text, [...needs.keys()], context);
  }
  context.diagnostics.push(...problems.map((entry) => (entry.node === undefined ? { ...entry, node: id } : entry)));
  if (hasErrors(problems)) context.broken.push(id);
  const dependencies = [...session.dependencies].map(([parent, span]) => ({ id: parent, span }));
  return { text: finished, macros: [...session.macros], dependencies };
}
