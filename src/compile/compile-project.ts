/** Renders a whole project to plain SQL and collects every problem on the way. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { CompiledHook, CompiledModel, CompiledProject, NodeId } from './compiled.ts';
import { compileDeclaredTests } from './declared-tests.ts';
import { checkGroups, compileExposures } from './exposures.ts';
import { compileHooks } from './hooks.ts';
import { listMacros } from './macros.ts';
import type { RenderInput } from './models.ts';
import { compileModels, compileSeeds } from './models.ts';
import { Session } from './session.ts';
import { compileSelectors } from './selectors.ts';
import { compileSingularTests } from './singular-tests.ts';
import type { CompileInput, CompilePorts, Workspace } from './workspace.ts';
import { findUnusedFolders, prepareWorkspace } from './workspace.ts';

/** Compiles `input.parsed`. Nodes with errors are in the result and listed in `broken`. */
export async function compileProject(input: CompileInput, ports: CompilePorts): Promise<Outcome<CompiledProject>> {
  const { project, parsed, dialect } = input;
  const workspace = await prepareWorkspace(input, ports);
  const { environment, drafts, index, describe, texts, usedFolders, diagnostics } = workspace;
  const broken = new Set<NodeId>();
  const render: RenderInput = { environment, dialect, resolver: index, texts, describe, diagnostics, broken };
  const { models, ephemerals } = compileModels(drafts.models, render);
  const seeds = compileSeeds(drafts.seeds, render);
  const declared = compileDeclaredTests([...drafts.models, ...drafts.seeds], workspace.sources, {
    ...input,
    ...workspace,
    projectName: project.name,
    relationSql: relationSql(models),
  });
  const files = parsed.filter((file) => file.kind === 'singular-test');
  const singular = compileSingularTests(files, { ...render, project, ephemerals, usedFolders });
  const properties = parsed.filter((file) => file.kind === 'properties');
  const exposed = compileExposures({
    projectName: project.name,
    modelPaths: project.paths.models,
    properties,
    index,
    describe,
    diagnostics,
  });
  const groups = properties.flatMap((file) => file.groups);
  diagnostics.push(...checkGroups([...models, ...seeds, ...exposed.exposures], groups));
  const onRunStart = runHooks(project.onRunStart, workspace, diagnostics);
  const onRunEnd = runHooks(project.onRunEnd, workspace, diagnostics);
  const tests = [...declared.tests, ...singular.tests];
  const folders = (nodes: readonly { readonly fqn: readonly string[] }[]): readonly string[] => [
    ...new Set(nodes.flatMap((node) => node.fqn.slice(1))),
  ];
  diagnostics.push(...findUnusedFolders(project, usedFolders, { models: folders(models), seeds: folders(seeds), tests: folders(tests) }));
  const value: CompiledProject = {
    name: project.name,
    models,
    seeds,
    sources: workspace.sources.map((source) => source.node),
    tests,
    exposures: exposed.exposures,
    groups,
    docBlocks: parsed.flatMap((file) =>
      file.kind === 'docs' ? file.blocks.map(({ name, text }) => ({ name, path: file.path, text })) : [],
    ),
    macros: listMacros(environment, properties, { texts, describe }),
    selectors: compileSelectors({ properties, environment, texts, diagnostics }),
    onRunStart,
    onRunEnd,
    disabled: [...workspace.disabled, ...declared.disabled, ...singular.disabled, ...exposed.disabled].map(({ id, name, span }) => ({
      id,
      name,
      ...(span === undefined ? {} : { span }),
    })),
    broken: [...broken],
  };
  return { value, diagnostics: withoutRepeats(diagnostics) };
}

/** SQL for a node in a FROM clause: an ephemeral model is its own query in parentheses. */
function relationSql(models: readonly CompiledModel[]): (id: NodeId, sql: string) => string {
  const ephemerals = new Map(
    models.filter((model) => model.config.materialized === 'ephemeral').map((model) => [model.id, model.full.sql]),
  );
  return (id, sql) => {
    const query = ephemerals.get(id);
    return query === undefined ? sql : `(\n${query}\n)`;
  };
}

function runHooks(hooks: CompileInput['project']['onRunStart'], workspace: Workspace, diagnostics: Diagnostic[]): readonly CompiledHook[] {
  const session = new Session({
    environment: workspace.environment,
    resolver: workspace.index,
    place: 'a hook of the run',
    takesEphemerals: false,
  });
  const compiled = compileHooks(hooks, session, workspace.texts);
  diagnostics.push(...session.diagnostics);
  return compiled;
}

/** A broken macro fails in every model that calls it: it is reported for the first. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, message, span }) => {
    if (span === undefined) return true;
    const key = `${code}\n${message}\n${span.path}\n${span.start}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
