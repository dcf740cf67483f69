/** Turns tests declared in property files into nodes. */
import type { CheckDefinition } from '../checks/check-definition.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ColumnProperties, TestDeclaration } from '../parse/definitions.ts';
import type { ConfigTree, Project, YamlValue } from '../project/project.ts';
import type { CompiledTest, NodeId } from './compiled.ts';
import type { Describe } from './docs-blocks.ts';
import type { DisabledNode, ModelDraft, SeedDraft } from './drafts.ts';
import { mergeConfig, treeLevels } from './merge-config.ts';
import { foldersOf, nodeIdOf } from './naming.ts';
import type { DeclaredSource } from './sources.ts';
import type { ArgumentContext } from './test-arguments.ts';
import { resolveArguments } from './test-arguments.ts';
import type { TestConfigContext } from './test-config.ts';
import { testConfig } from './test-config.ts';
import { testHash, testName } from './test-names.ts';

export interface DeclaredTestInput extends ArgumentContext, TestConfigContext {
  readonly project: Project;
  readonly describe: Describe;
  readonly findCheck: (name: string) => CheckDefinition | undefined;
  readonly checkNames: () => readonly string[];
  readonly usedFolders: Set<ConfigTree>;
}

/** A node with the tests that stand on it. */
interface JudgedNode {
  readonly id: NodeId;
  /** Before the check's name, as dbt does for sources. */
  readonly prefix: string;
  readonly name: string;
  readonly path: string;
  readonly tests: readonly TestDeclaration[];
  readonly columns: readonly ColumnProperties[];
}

export interface CompiledTests {
  readonly tests: readonly CompiledTest[];
  readonly disabled: readonly DisabledNode[];
}

export function compileDeclaredTests(
  drafts: readonly (ModelDraft | SeedDraft)[],
  sources: readonly DeclaredSource[],
  input: DeclaredTestInput,
): CompiledTests {
  const tests: CompiledTest[] = [];
  const disabled: DisabledNode[] = [];
  const seen = new Map<NodeId, CompiledTest>();
  const judge = (node: JudgedNode): void => {
    for (const declaration of [...node.tests, ...node.columns.flatMap((column) => column.tests)]) {
      const test = compileTest(declaration, node, input);
      if (test === undefined) continue;
      const first = seen.get(test.id);
      if (first !== undefined) {
        const notes = [{ message: 'the first one is here', span: first.span }];
        input.diagnostics.push(diagnose('duplicate-test', { name: test.name }, { span: test.span, notes }));
        continue;
      }
      seen.set(test.id, test);
      if (test.config.enabled) tests.push(test);
      else disabled.push(turnedOff(test));
    }
  };
  for (const { id, name, properties } of drafts) {
    if (properties === undefined) continue;
    const { version, path, tests: declared, columns } = properties;
    const judged = version === undefined ? name : `${version.model}_v${version.v}`;
    judge({ id, name: judged, prefix: '', path, tests: declared, columns });
  }
  for (const { node, table } of sources) {
    const name = `${node.sourceName}_${node.name}`;
    judge({ id: node.id, name, prefix: 'source_', path: node.path, tests: table.tests, columns: table.columns });
  }
  return { tests, disabled };
}

function turnedOff(test: CompiledTest): DisabledNode {
  const span = test.rawConfig['enabled']?.span;
  return { kind: 'test', id: test.id, name: test.name, ...(span === undefined ? {} : { span }) };
}

function compileTest(declaration: TestDeclaration, node: JudgedNode, input: DeclaredTestInput): CompiledTest | undefined {
  const check = input.findCheck(declaration.check);
  if (check === undefined) {
    input.diagnostics.push(
      diagnose('unknown-check', { check: declaration.check, known: input.checkNames() }, { span: declaration.checkSpan }),
    );
    return undefined;
  }
  const resolved = resolveArguments(declaration, check, input);
  if (resolved === undefined) return undefined;
  const { args, identity, column, dependencies } = resolved;
  if (check.on === 'relation' && column !== undefined) {
    input.diagnostics.push(diagnose('check-on-column', { check: declaration.check }, { span: declaration.checkSpan }));
    return undefined;
  }
  const { project } = input;
  const base = project.paths.models.concat(project.paths.seeds).find((path) => node.path.startsWith(`${path}/`)) ?? '';
  const folders = foldersOf(node.path, base);
  const name = declaration.name?.value ?? testName(node.prefix + declaration.check, node.name, namingArguments(declaration, column));
  const merged = mergeConfig([...treeLevels(project.configTrees.tests, [...folders, name], input.usedFolders), declaration.config]);
  const config = testConfig(merged, input);
  return {
    resourceType: 'test',
    id: nodeIdOf('test', project.name, name, testHash([check.name, node.id, column ?? null, sorted(identity)])),
    name,
    path: node.path,
    propertiesPath: node.path,
    fqn: [project.name, ...folders, name],
    description: declaration.description === undefined ? '' : input.describe(declaration.description, declaration.span),
    tags: config.tags,
    dependsOn: [{ id: node.id, span: declaration.checkSpan }, ...dependencies],
    macros: [],
    rawConfig: merged.raw,
    config,
    span: declaration.checkSpan,
    test: { kind: 'generic', check: check.name, args, attachedTo: node.id, ...(column === undefined ? {} : { column }) },
  };
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
