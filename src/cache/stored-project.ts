/** A compiled project that is read from the cache. */
import type { NodeId } from '../compile/compiled.ts';
import { docBlocksIn, groupsIn, macrosIn, selectorsIn } from '../compile/declarations.ts';
import type { Told } from '../compile/declarations.ts';
import type { FactValues } from '../compile/fact.ts';
import { noHooks, uniteDiagnostics } from '../compile/file-record.ts';
import type { FileTexts } from '../compile/hooks.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { InlineProject } from './compile-fresh.ts';
import type { CompiledProject, CompilePorts, CompileRequest, WorkCounts } from './compiled-project.ts';
import { writeDigest } from './digest.ts';
import { earlierOfStore } from './earlier-store.ts';
import type { Store, StoreNotes } from './store.ts';
import { graphOfStore } from './stored-graph.ts';

export interface StoredProjectParts {
  readonly request: CompileRequest;
  readonly ports: CompilePorts;
  readonly notes: Pick<StoreNotes, 'ofProject' | 'ofGraph' | 'unused' | 'unusedVars'>;
  /** Problems of files that could not be read. */
  readonly problems: readonly Diagnostic[];
  readonly counts: WorkCounts;
  readonly compiled: readonly string[];
  readonly close: () => void;
}

export function projectOfStore(
  store: Store,
  { request, ports, notes, problems, counts, compiled, close }: StoredProjectParts,
): CompiledProject {
  const extras = store.rowsWithExtra().map((row) => store.extraOf(row));
  const broken = new Set<NodeId>(extras.flatMap((extra) => extra.broken ?? []));
  const ofFiles = extras.map(({ parseDiagnostics = [], diagnostics = [] }) => ({ parseDiagnostics, diagnostics }));
  const texts = textsOf(store);
  const declared = { told: toldByStore(store), texts };
  const inlineProject = (): InlineProject => {
    const { project, dialect, flagVars } = request;
    return { project, dialect, flagVars, earlier: earlierOfStore(store, notes.unused, new Set()), broken };
  };
  return {
    graph: graphOfStore(store, {
      project: request.project.name,
      broken,
      declared: {
        groups: () => groupsIn(declared),
        macros: () => macrosIn(declared, request.dialect.engine),
        docBlocks: () => docBlocksIn(declared),
        selectors: () => selectorsIn(declared),
      },
      disabled: () => extras.flatMap((extra) => extra.disabled ?? []),
    }),
    hooks: extras.find((extra) => extra.hooks !== undefined)?.hooks ?? noHooks,
    diagnostics: [...problems, ...uniteDiagnostics(ofFiles, notes.ofProject), ...notes.ofGraph],
    texts,
    contentHash: () => writeDigest(store.files.digest),
    unusedVars: () => notes.unusedVars,
    compileInline: async (source) => {
      const { compileText } = await import('./compile-fresh.ts');
      return compileText(source, inlineProject(), ports.js(texts));
    },
    compileUnitTest: async (source, test) => {
      const { compileTest } = await import('./compile-fresh.ts');
      return compileTest(source, test, inlineProject(), ports.js(texts));
    },
    renderAgain: async (source, again) => {
      const { renderText } = await import('./compile-fresh.ts');
      return renderText(source, again, inlineProject(), ports.js(texts));
    },
    counts,
    compiled,
    nodesOf: (path) => nodesOfFile(store, path),
    close,
  };
}

function toldByStore({ facts }: Store): Told {
  return (kind) =>
    facts.tellersOf(kind).map(({ name, path, fact }) => {
      // Kept as JSON by the same build, under the kind of fact that it is a value of.
      const value = JSON.parse(facts.jsonOfFact(fact)) as FactValues[typeof kind];
      return { name, path, value };
    });
}

function nodesOfFile({ files, lists, views }: Store, path: string): readonly NodeId[] {
  const row = files.find(path);
  if (row === undefined || files.isGone(row)) return [];
  const { nodes, nodeCount } = files.files.columns;
  return [...lists.get({ start: nodes.get(row), length: nodeCount.get(row) })].map((node) => views.get(node).id);
}

export function textsOf({ files }: Store): FileTexts {
  return {
    get: (path) => {
      const row = files.find(path);
      return row === undefined ? undefined : files.textOf(row);
    },
  };
}
