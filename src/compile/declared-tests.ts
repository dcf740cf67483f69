/** Turns tests declared in property files into nodes. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ColumnProperties, RawConfig, TestDeclaration } from '../parse/definitions.ts';
import type { YamlValue } from '../project/project.ts';
import { configInside } from '../project/read-config.ts';
import type { CompiledTest, Dependency, NodeId } from './compiled.ts';
import { describeDefinition, findTestDefinition, renderCustomTest } from './custom-tests.ts';
import type { DisabledNode } from './compiled.ts';
import type { FileDraft, SnapshotDraft } from './drafts.ts';
import type { FileContext } from './file-context.ts';
import { mergeConfig, treeLevels } from './merge-config.ts';
import { foldersOf, nodeIdOf, propertiesBase } from './naming.ts';
import { ephemeralName } from './node-index.ts';
import type { DeclaredSource } from './sources.ts';
import { findConfigMisfits } from './config-misfits.ts';
import { resolveArguments } from './test-arguments.ts';
import { testConfig } from './test-config.ts';
import { testHash, testName } from './test-names.ts';

/** A node with the tests that stand on it. */
interface JudgedNode {
  readonly id: NodeId;
  /** Before the check's name, as dbt does for sources. */
  readonly prefix: string;
  readonly name: string;
  /** How SQL names it. */
  readonly sql: string;
  readonly path: string;
  readonly tests: readonly TestDeclaration[];
  readonly columns: readonly ColumnProperties[];
  /** What its own config says of them. */
  readonly config: RawConfig;
}

export interface CompiledTests {
  readonly tests: readonly CompiledTest[];
  readonly disabled: readonly DisabledNode[];
}

/** The tests of a model, seed or snapshot that a property file describes. */
export function testsOfDraft(draft: FileDraft | SnapshotDraft, context: FileContext): CompiledTests {
  const { id, name, properties } = draft;
  if (properties === undefined) return { tests: [], disabled: [] };
  const { version, path, tests, columns } = properties;
  const judged = version === undefined ? name : `${version.model}_v${version.v}`;
  const { dialect } = context;
  const isEphemeral = draft.kind === 'model' && draft.config.materialized === 'ephemeral';
  const sql = isEphemeral ? dialect.quoteIdentifier(ephemeralName(name)) : dialect.relation(draft.where);
  return compileDeclaredTests({ id, name: judged, prefix: '', sql, path, tests, columns, config: draft.merged.tests }, context);
}

/** The tests of a source table. */
export function testsOfSource({ node, table }: DeclaredSource, context: FileContext): CompiledTests {
  const name = `${node.sourceName}_${node.name}`;
  return compileDeclaredTests(
    {
      id: node.id,
      name,
      prefix: 'source_',
      sql: node.external ?? context.dialect.relation(node.relation),
      path: node.path,
      tests: table.tests,
      columns: table.columns,
      config: configInside(table.config['tests']),
    },
    context,
  );
}

function compileDeclaredTests(node: JudgedNode, context: FileContext): CompiledTests {
  const tests: CompiledTest[] = [];
  const disabled: DisabledNode[] = [];
  // The id of the node is part of the id of each of its tests: nobody else's can be the same.
  const seen = new Map<NodeId, CompiledTest>();
  for (const declaration of [...node.tests, ...node.columns.flatMap((column) => column.tests)]) {
    const test = compileTest(declaration, node, context);
    if (test === undefined) continue;
    const first = seen.get(test.id);
    if (first !== undefined) {
      const notes = [{ message: 'the first one is here', span: first.span }];
      context.diagnostics.push(diagnose('duplicate-test', { name: test.name }, { span: test.span, notes }));
      continue;
    }
    seen.set(test.id, test);
    if (test.config.enabled) tests.push(test);
    else disabled.push(turnedOff(test));
  }
  return { tests, disabled };
}

function turnedOff(test: CompiledTest): DisabledNode {
  const span = test.rawConfig['enabled']?.span;
  return { kind: 'test', id: test.id, name: test.name, ...(span === undefined ? {} : { span }) };
}

function compileTest(declaration: TestDeclaration, node: JudgedNode, context: FileContext): CompiledTest | undefined {
  const own = findTestDefinition(declaration.check, context);
  const check = own === undefined ? context.findCheck(declaration.check) : describeDefinition(own);
  if (check === undefined) {
    context.diagnostics.push(
      diagnose('unknown-check', { check: declaration.check, known: context.checkNames() }, { span: declaration.checkSpan }),
    );
    return undefined;
  }
  const resolved = resolveArguments(declaration, check, context);
  if (resolved === undefined) return undefined;
  const { args, identity, column, dependencies } = resolved;
  const settings = { ...resolved.config, ...declaration.config };
  if (check.on === 'relation' && column !== undefined) {
    context.diagnostics.push(diagnose('check-on-column', { check: declaration.check }, { span: declaration.checkSpan }));
    return undefined;
  }
  const { project } = context;
  const base = propertiesBase(project, node.path);
  const folders = foldersOf(node.path, base);
  const name = declaration.name?.value ?? testName(node.prefix + declaration.check, node.name, namingArguments(declaration, column));
  const levels = treeLevels(project.configTrees, { kind: 'tests', folders: [...folders, name] }, context.asker);
  const merged = mergeConfig([...levels, node.config, settings]);
  const config = testConfig(merged, settings, context);
  const [of = ''] = node.id.split('.');
  const misfits = findConfigMisfits(check, config, settings, { hasQuery: own !== undefined, of });
  context.diagnostics.push(
    ...misfits.map(({ span, ...misfit }) => diagnose('check-config-misfit', { check: check.name, ...misfit }, { span })),
  );
  if (misfits.length > 0) return undefined;
  const id = nodeIdOf('test', project.name, name, testHash([check.name, node.id, column ?? null, sorted(identity)]));
  const rendered =
    own === undefined || !config.enabled
      ? undefined
      : renderCustomTest({ id, definition: own, resolved, node, where: config.where }, context);
  return {
    resourceType: 'test',
    id,
    name,
    path: node.path,
    propertiesPath: node.path,
    fqn: [project.name, ...folders, name],
    description: declaration.description === undefined ? '' : context.describe(declaration.description, declaration.span),
    tags: config.tags,
    dependsOn: uniqueParents([{ id: node.id, span: declaration.checkSpan }, ...dependencies, ...(rendered?.dependencies ?? [])]),
    macros: rendered?.macros ?? [],
    rawConfig: merged.raw,
    config,
    span: declaration.checkSpan,
    test: {
      kind: 'generic',
      check: check.name,
      args,
      attachedTo: node.id,
      ...(column === undefined ? {} : { column }),
      ...(rendered === undefined ? {} : { text: rendered.text }),
    },
  };
}

/** Each node once, at its first place. */
function uniqueParents(dependencies: readonly Dependency[]): readonly Dependency[] {
  return [...new Map(dependencies.toReversed().map((entry) => [entry.id, entry])).values()].toReversed();
}

function sorted(record: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What dbt's names are made of: the arguments as written, and the column among them. */
function namingArguments(declaration: TestDeclaration, column: string | undefined): Readonly<Record<string, YamlValue>> {
  const args: Record<string, YamlValue> = column === undefined ? {} : { column_name: column };
  for (const [name, { value }] of Object.entries(declaration.args)) args[name] = value;
  return args;
}
