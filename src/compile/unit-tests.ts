/** Turns unit tests into nodes below the models that they test. Their SQL is made when they run. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ParsedProperties } from '../parse/definitions.ts';
import { findDoubleColumns } from '../parse/read-unit-tests.ts';
import type { Fixture, UnitTestDefinition } from '../parse/unit-test-definition.ts';
import { readConfigValue } from '../project/config-keys.ts';
import type { CompiledFixture, CompiledUnitTest, DisabledNode, NodeId, UnitInput } from './compiled.ts';
import type { FileContext } from './file-context.ts';
import { mergeConfig, tagsOf } from './merge-config.ts';
import { foldersOf, nodeIdOf } from './naming.ts';
import { resolveRelation } from './test-arguments.ts';

/** The unit tests of one property file that are not turned off; of two with one name, reported elsewhere, the first. */
export function compileUnitTests(
  file: ParsedProperties,
  context: FileContext,
): { readonly tests: readonly CompiledUnitTest[]; readonly disabled: readonly DisabledNode[] } {
  const tests = new Map<NodeId, CompiledUnitTest>();
  const disabled: DisabledNode[] = [];
  for (const definition of file.unitTests) {
    const { name, config } = definition;
    const model = findModel(definition, context);
    if (model === undefined) continue;
    const id = nodeIdOf('unit_test', context.project.name, model.name, name);
    const enabled = config['enabled'];
    if (enabled !== undefined && readConfigValue('enabled', enabled).value === false) {
      disabled.push({ kind: 'unit_test', id, name, span: enabled.span });
    } else if (!tests.has(id)) tests.set(id, compileUnitTest(definition, id, model, context));
  }
  return { tests: [...tests.values()], disabled };
}

interface TestedModel {
  readonly id: NodeId;
  readonly name: string;
}

function findModel({ model, name }: UnitTestDefinition, context: FileContext): TestedModel | undefined {
  const { value, span } = model;
  const found = resolveRelation(value.trim(), span, context);
  if (found === undefined) return undefined;
  const [kind, , ...rest] = found.id.split('.');
  if (kind === 'model') return { id: found.id, name: rest.join('.') };
  context.diagnostics.push(diagnose('unit-test-model', { test: name, name: value, kind: kind ?? '' }, { span }));
  return undefined;
}

function compileUnitTest(definition: UnitTestDefinition, id: NodeId, model: TestedModel, context: FileContext): CompiledUnitTest {
  const { name, path, span, overrides } = definition;
  const { project } = context;
  const merged = mergeConfig([definition.config]);
  const problems: Diagnostic[] = [];
  const inputs = compileInputs(definition, model, context, problems);
  const expect = compileFixture(definition.expect, context, problems);
  for (const time of [overrides.runStartedAt, overrides.interval?.start, overrides.interval?.end]) {
    if (time === undefined || isoTime(time.value) !== undefined) continue;
    problems.push(
      diagnose(
        'wrong-value',
        { key: 'overrides', expected: 'a time such as `2024-01-31T00:00:00Z`', found: `\`${time.value}\``, help: undefined },
        { span: time.span },
      ),
    );
  }
  context.diagnostics.push(...problems.map((entry) => ({ ...entry, node: id })));
  if (problems.length > 0) context.broken.push(id);
  const base = [...project.paths.models, ...project.paths.tests].find((folder) => path.startsWith(`${folder}/`)) ?? '';
  return {
    resourceType: 'unit_test',
    id,
    name,
    path,
    fqn: [project.name, ...foldersOf(path, base), name],
    description: context.describe(definition.description, span),
    tags: tagsOf(merged),
    dependsOn: [{ id: model.id, span: definition.model.span }],
    macros: [],
    rawConfig: merged.raw,
    span,
    model: model.id,
    inputs,
    expect,
    overrides,
  };
}

/** A time in ISO 8601 as UTC; undefined for anything else. */
export function isoTime(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)) return undefined;
  const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text.includes(':') ? text : `${text}T00:00`}Z`;
  const time = new Date(zoned.replace(' ', 'T'));
  if (Number.isNaN(time.getTime())) return undefined;
  // A day that no month has is taken for one of the next.
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day) ? time.toISOString() : undefined;
}

function compileInputs(
  { given }: UnitTestDefinition,
  model: TestedModel,
  context: FileContext,
  problems: Diagnostic[],
): readonly UnitInput[] {
  const inputs = new Map<NodeId, UnitInput>();
  for (const { input, fixture } of given) {
    const { value, span } = input;
    const written = value.trim();
    const before = context.diagnostics.length;
    const found = written === 'this' ? model : resolveRelation(written, span, context);
    // What is wrong with one test is told of that test.
    if (found === undefined) problems.push(...context.diagnostics.splice(before));
    else if (inputs.has(found.id)) problems.push(diagnose('fixture-content', { problem: `\`${written}\` is given twice` }, { span }));
    else inputs.set(found.id, { id: found.id, written, span, fixture: compileFixture(fixture, context, problems) });
  }
  return [...inputs.values()];
}

/** Finds the file of a fixture, and what is wrong with the columns of one that needs none. */
function compileFixture(fixture: Fixture, { asker, dialect }: FileContext, problems: Diagnostic[]): CompiledFixture {
  if (fixture.kind === 'rows') problems.push(...columnProblems(fixture, dialect));
  if (fixture.kind !== 'file') return fixture;
  const { name, format, span } = fixture;
  const found = asker.get('fixture', `${name}.${format}`);
  if (found === undefined) {
    const known = asker.names('fixture');
    problems.push(diagnose('fixture-not-found', { name: `${name}.${format}`, known }, { span }));
    return { kind: 'rows', columns: [], rows: [] };
  }
  return { ...fixture, path: found.path, version: found.version };
}

/** Two columns of one name, and names that the database cannot have. */
export function columnProblems(
  { columns }: Extract<Fixture, { kind: 'rows' }>,
  { foldIdentifier, identifierProblem }: Pick<Dialect, 'foldIdentifier' | 'identifierProblem'>,
): readonly Diagnostic[] {
  const bad = columns.flatMap(({ name, span }) => {
    const problem = identifierProblem(name);
    return problem === undefined
      ? []
      : [diagnose('fixture-content', { problem: `a column is called \`${name}\`, which ${problem}` }, { span })];
  });
  return [...bad, ...findDoubleColumns(columns, foldIdentifier)];
}
