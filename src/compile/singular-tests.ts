/** Renders singular tests: queries whose rows are failures. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { ParsedFile } from '../parse/definitions.ts';
import type { ConfigTree, Project } from '../project/project.ts';
import type { CompiledTest, CompiledText } from './compiled.ts';
import { emptyText } from './compiled-text.ts';
import type { CompiledTests } from './declared-tests.ts';
import type { DisabledNode } from './drafts.ts';
import { findShadows } from './environment.ts';
import type { EphemeralBodies } from './ephemeral.ts';
import { chainProblems, injectEphemerals } from './ephemeral.ts';
import { readFileConfig } from './file-config.ts';
import { mergeConfig, treeLevels } from './merge-config.ts';
import type { RenderInput } from './models.ts';
import { foldersOf, nodeIdOf } from './naming.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import { Session } from './session.ts';
import { testConfig } from './test-config.ts';

export interface SingularTestInput extends RenderInput {
  readonly project: Project;
  readonly ephemerals: EphemeralBodies;
  readonly usedFolders: Set<ConfigTree>;
}

type SingularFile = Extract<ParsedFile, { kind: 'singular-test' }>;

export function compileSingularTests(files: readonly SingularFile[], input: SingularTestInput): CompiledTests {
  const tests: CompiledTest[] = [];
  const disabled: DisabledNode[] = [];
  const paths = new Map<string, string>();
  for (const file of files) {
    const first = paths.get(file.name);
    if (first !== undefined) {
      input.diagnostics.push(
        diagnose('duplicate-name', { name: file.name, first, second: file.path }, { span: { path: file.path, start: 0, end: 0 } }),
      );
      continue;
    }
    paths.set(file.name, file.path);
    const test = compileTest(file, input);
    const span = test.rawConfig['enabled']?.span;
    if (test.config.enabled) tests.push(test);
    else disabled.push({ kind: 'test', id: test.id, name: test.name, ...(span === undefined ? {} : { span }) });
  }
  return { tests, disabled };
}

function compileTest(file: SingularFile, input: SingularTestInput): CompiledTest {
  const { project } = input;
  const id = nodeIdOf('test', project.name, file.name);
  const folders = foldersOf(file.path, file.base);
  const own = readFileConfig({ template: file.template, resource: 'test', node: id }, input.environment);
  const merged = mergeConfig([...treeLevels(project.configTrees.tests, [...folders, file.name], input.usedFolders), own.values]);
  const problems: Diagnostic[] = [...own.diagnostics];
  const config = testConfig(merged, { environment: input.environment, texts: input.texts, diagnostics: problems });
  const session = new Session({ environment: input.environment, resolver: input.resolver, node: id, place: 'a test' });
  let text: CompiledText = emptyText;
  if (config.enabled && file.template.broken !== true) {
    findShadows(file.template.nodes, input.diagnostics);
    text = renderTemplate(file.template, session);
    problems.push(...session.diagnostics);
    if (session.diagnostics.length === 0) {
      const finished = finishQuery(text, { what: 'a test', node: id, path: file.path });
      problems.push(...finished.diagnostics, ...chainProblems(session.dependencies, input.ephemerals, id));
      text = injectEphemerals(finished.text, [...session.dependencies.keys()], input.ephemerals, input.dialect);
    }
  }
  input.diagnostics.push(...problems.map((entry) => (entry.node === undefined ? { ...entry, node: id } : entry)));
  if (file.template.broken === true || hasErrors(problems)) input.broken.add(id);
  return {
    resourceType: 'test',
    id,
    name: file.name,
    path: file.path,
    fqn: [project.name, ...folders, file.name],
    description: '',
    tags: config.tags,
    dependsOn: [...session.dependencies].map(([parent, span]) => ({ id: parent, span })),
    macros: [...session.macros],
    rawConfig: merged.raw,
    config,
    span: { path: file.path, start: 0, end: 0 },
    test: { kind: 'singular', text },
  };
}
