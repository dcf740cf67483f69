/** Lints small projects that tests write as texts; keys come from the test, as analysis would give them. */
import { dialect } from '../adapters/duckdb/dialect.ts';
import { engine } from '../adapters/duckdb/engine.ts';
import { compileFiles } from '../compile/compile-fixture.ts';
import type { Files } from '../compile/compile-fixture.ts';
import { projectYaml } from '../compile/compile-fixture.ts';
import { buildGraph } from '../graph/build-graph.ts';
import { loadProject } from '../project/load-project.ts';
import { memoryFiles } from '../project/memory-files.ts';
import { lintRuleNames, readLint } from '../project/read-lint.ts';
import type { LintRule } from '../project/read-lint.ts';
import { parseYaml } from '../project/yaml/parse-yaml.ts';
import { lintProject } from './lint-project.ts';

export interface LintFixture {
  /** Only these. */
  readonly rules?: readonly LintRule[];
  /** By name; a node that is absent was not analyzed. */
  readonly keys?: Readonly<Record<string, readonly (readonly string[])[]>>;
}

/** What is found, as `rule path: the text that is marked`. */
export async function lint(files: Files, { rules, keys = {} }: LintFixture = {}): Promise<readonly string[]> {
  const compiled = await compileFiles(files);
  const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(`the fixture does not compile: ${JSON.stringify(errors)}`);
  const texts: Files = { ...files, 'project.yaml': projectYaml + (files['project.yaml'] ?? '') };
  const { value: project } = await loadProject({ root: '/project', vars: {}, env: {} }, { files: memoryFiles(texts) }, [engine]);
  if (project === undefined) throw new Error('the fixture does not load');
  const graph = buildGraph(compiled.project).value;
  const settings = readLint(parseYaml(project.file).value);
  const findings = await lintProject(
    {
      project,
      graph,
      dialect,
      searched: engine.capabilities.ownSchemas,
      settings,
      rules: new Set(rules ?? lintRuleNames.filter((rule) => settings.levels[rule] !== 'off')),
      selected: new Set(graph.nodes.keys()),
      isWhole: true,
      textOf: (path) => texts[path],
    },
    {
      proveKeys: (ids) =>
        Promise.resolve(
          new Map(
            [...ids].flatMap((id) => {
              const found = keys[graph.nodes.get(id)?.name ?? ''];
              return found === undefined ? [] : [[id, found] as const];
            }),
          ),
        ),
    },
  );
  return findings.map(({ rule, diagnostic: { span } }) =>
    span === undefined ? rule : `${rule} ${span.path}: ${(texts[span.path] ?? '').slice(span.start, span.end)}`,
  );
}
