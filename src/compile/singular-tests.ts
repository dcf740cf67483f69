/** Renders singular tests: queries whose rows are failures. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { ParsedFile } from '../parse/definitions.ts';
import { findShadows } from './check-macros.ts';
import { findConfigMisfits } from './config-misfits.ts';
import type { CompiledTest, CompiledText } from './compiled.ts';
import { emptyText } from './compiled-text.ts';
import { describeQuery } from './custom-tests.ts';
import type { CompiledTests } from './declared-tests.ts';
import { waitForColumns } from './columns-needed.ts';
import { checkChain, injectEphemerals } from './ephemeral.ts';
import { readFileConfig } from './file-config.ts';
import type { FileContext } from './file-context.ts';
import { mergeConfig, treeLevels } from './merge-config.ts';
import { foldersOf, nodeIdOf } from './naming.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import { Session } from './session.ts';
import { testConfig } from './test-config.ts';

type SingularFile = Extract<ParsedFile, { kind: 'singular-test' }>;

/** Two singular tests of one name. */
export function findDuplicateTests(files: readonly { readonly name: string; readonly path: string }[]): readonly Diagnostic[] {
  const first = new Map<string, string>();
  return files.flatMap(({ name, path }) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, path);
    const span = { path, start: 0, end: 0 };
    return before === undefined ? [] : [diagnose('duplicate-name', { name, first: before, second: path }, { span })];
  });
}

export function compileSingularTest(file: SingularFile, context: FileContext): CompiledTests {
  const test = compileTest(file, context);
  if (test.config.enabled) return { tests: [test], disabled: [] };
  const span = test.rawConfig['enabled']?.span;
  return { tests: [], disabled: [{ kind: 'test', id: test.id, name: test.name, ...(span === undefined ? {} : { span }) }] };
}

function compileTest(file: SingularFile, context: FileContext): CompiledTest {
  const { project, environment, texts } = context;
  const id = nodeIdOf('test', project.name, file.name);
  const folders = foldersOf(file.path, file.base);
  const own = readFileConfig({ template: file.template, resource: 'test', node: id }, environment);
  const levels = treeLevels(project.configTrees, { kind: 'tests', folders: [...folders, file.name] }, context.asker);
  const merged = mergeConfig([...levels, own.values]);
  const problems: Diagnostic[] = [...own.diagnostics];
  const config = testConfig(merged, own.values, { environment, project, texts, diagnostics: problems });
  const misfits = findConfigMisfits(describeQuery(file.name), config, own.values, { hasQuery: true, standsAlone: true, of: 'model' });
  problems.push(...misfits.map(({ span, ...misfit }) => diagnose('check-config-misfit', { check: file.name, ...misfit }, { span })));
  const session = new Session({ environment, resolver: context.index, node: id, place: 'a test', takesColumns: true });
  let text: CompiledText = emptyText;
  if (config.enabled && file.template.broken !== true) {
    context.diagnostics.push(...findShadows(file.template.nodes));
    text = renderTemplate(file.template, session);
    problems.push(...session.diagnostics);
    const waiting = waitForColumns(session, file.template);
    if (session.diagnostics.length === 0 && waiting !== undefined) {
      problems.push(...checkChain(session.dependencies, context.asker, id).diagnostics);
      text = injectEphemerals(waiting, [...session.dependencies.keys()], context);
    } else if (session.diagnostics.length === 0) {
      const finished = finishQuery(text, { what: 'a test', node: id, path: file.path });
      problems.push(...finished.diagnostics, ...checkChain(session.dependencies, context.asker, id).diagnostics);
      text = injectEphemerals(finished.text, [...session.dependencies.keys()], context);
    }
  }
  context.diagnostics.push(...problems.map((entry) => (entry.node === undefined ? { ...entry, node: id } : entry)));
  if (file.template.broken === true || hasErrors(problems)) context.broken.push(id);
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
