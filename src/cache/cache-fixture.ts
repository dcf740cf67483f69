/** A project on a file system in memory, loaded as commands do it. */
import { engine } from '../adapters/duckdb/engine.ts';
import { editedProjectYaml, exportsOf } from '../compile/edits-fixture.ts';
import type { CompiledNodeUnion } from '../compile/compiled.ts';
import type { JsModuleLoader } from '../compile/js-helpers.ts';
import { sortDiagnostics } from '../diagnostics/diagnostic.ts';
import type { FileSystem } from '../project/file-system.ts';
import { loadProject } from '../project/load-project.ts';
import type { MemoryFiles } from '../project/memory-files.ts';
import { memoryFiles } from '../project/memory-files.ts';
import type { Vars } from '../project/vars.ts';
import { readKnownProject } from './known-project.ts';
import type { LoadedCompile } from './load-compiled.ts';
import { loadCompiled } from './load-compiled.ts';
import type { SlotLimits } from './slot.ts';
import { plainNode } from './plain-node.ts';

export const root = '/project';

/** A file system with that project on it, written a while ago. */
export function projectFiles(files: Readonly<Record<string, string>>, yaml = editedProjectYaml): MemoryFiles {
  const memory = memoryFiles({});
  for (const [path, text] of Object.entries({ ...files, 'project.yaml': yaml })) memory.writeAtomic(`${root}/${path}`, text);
  memory.clock += 10_000;
  return memory;
}

export interface LoadOptions {
  /** Undefined: without a cache. */
  readonly build?: string | undefined;
  readonly vars?: Vars;
  readonly target?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: SlotLimits;
}

let processes = 0;

/** Loads the project as one command does. The clock goes on a little. */
export async function load(memory: MemoryFiles, options: LoadOptions = {}, files: FileSystem = memory): Promise<LoadedCompile> {
  const { build, vars = {}, target, env = {}, limits } = options;
  const known = build === undefined ? undefined : readKnownProject(files, root, build);
  const stamp = files.stat(`${root}/project.yaml`);
  const seen = known !== undefined || stamp === undefined ? undefined : { stamp, readAt: memory.clock };
  const { value: project, settings, diagnostics } = await loadProject({ root, vars, targetName: target, env }, { files }, [engine], known);
  if (project === undefined) throw new Error(`the project does not load: ${JSON.stringify(diagnostics)}`);
  processes += 1;
  const flagVars = Object.fromEntries(Object.entries(vars).map(([name, { value }]) => [name, value]));
  const js = (texts: { readonly get: (path: string) => string | undefined }): JsModuleLoader => ({
    load: (path) => Promise.resolve(exportsOf(texts.get(path) ?? '')),
  });
  return loadCompiled(
    {
      project,
      dialect: engine.dialect,
      flagVars,
      build,
      settings,
      seen,
      unique: `p${processes}`,
      now: () => memory.clock,
      ...(limits === undefined ? {} : { limits }),
    },
    { files, js },
  );
}

/** Everything that a command can see of a compiled project, as plain data. */
export function visible({ graph, hooks, diagnostics, contentHash }: LoadedCompile): unknown {
  const { groups, macros, docBlocks, selectors, order, nodes, parents, children, positions, edges, broken, disabled, project } = graph;
  const plain = {
    project,
    order,
    nodes: [...nodes].map(([id, node]): [string, CompiledNodeUnion] => [id, plainNode(node)]),
    parents: [...parents],
    children: [...children],
    positions: [...positions],
    edges: [edges.parents, edges.children].map(({ offsets, targets }) => [[...offsets], [...targets]]),
    broken: [...broken].sort(),
    disabled,
    groups,
    macros,
    docBlocks,
    selectors,
    contentHash: contentHash(),
    hooks,
    diagnostics: sortDiagnostics(diagnostics),
  };
  return JSON.parse(JSON.stringify(plain));
}
