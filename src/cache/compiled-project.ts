/** What a command gets of a project, whether it was compiled now or earlier. */
import type { Dialect } from '../adapter/dialect.ts';
import type { CompileCounts } from '../compile/compile-project.ts';
import type { RenderAgain } from '../compile/render-again.ts';
import type { UnitTestRendering, UnitTestText } from '../compile/compile-unit-test.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import type { RunHooks } from '../compile/file-record.ts';
import type { FileTexts } from '../compile/hooks.ts';
import type { JsModuleLoader } from '../compile/js-helpers.ts';
import type { UnusedVariables } from '../compile/unused-variables.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { Graph } from '../graph/graph.ts';
import type { FileSystem } from '../project/file-system.ts';
import type { Project, YamlValue } from '../project/project.ts';
import type { Tracer } from '../project/tracer.ts';

export interface CompileRequest {
  readonly project: Project;
  readonly dialect: Dialect;
  /** Variables from the command line. */
  readonly flagVars: Readonly<Record<string, YamlValue>>;
}

export interface CompilePorts {
  readonly files: FileSystem;
  /** How the project's JavaScript is loaded; the texts show where it went wrong. */
  readonly js: (texts: FileTexts) => JsModuleLoader;
  readonly tracer?: Tracer | undefined;
}

/** What was done to compile a project: the same on any machine. */
export interface WorkCounts extends CompileCounts {
  /** Files of the project whose text was read; project.yaml and `.env` are not among them. */
  readonly read: number;
  /** Files that were asked for their size and time. */
  readonly stats: number;
  /** Nodes that the graph has. */
  readonly nodes: number;
}

/** A unit test, and what stands for the relations that it gives. */
export interface CompiledProject {
  readonly graph: Graph;
  readonly hooks: RunHooks;
  /**
   * All problems of files, of the whole and of the graph. With one that belongs to no node, nothing may be built of the graph;
   * it can still be looked at.
   */
  readonly diagnostics: readonly Diagnostic[];
  readonly texts: FileTexts;
  /** A hash of the paths and texts of all files that are compiled: project.yaml and seeds are not among them. */
  readonly contentHash: () => string;
  /** Variables of the command line that nothing in the project reads. */
  readonly unusedVars: () => UnusedVariables;
  /** Compiles SQL that is in no file. */
  readonly compileInline: (source: SourceFile) => Promise<Outcome<CompiledText>>;
  /** Compiles the text of a model for a unit test. */
  readonly compileUnitTest: (source: SourceFile, test: UnitTestRendering) => Promise<Outcome<UnitTestText>>;
  /** Renders a text of a node again, with the columns of others. */
  readonly renderAgain: (source: SourceFile, again: RenderAgain) => Promise<Outcome<CompiledText>>;
  readonly counts: WorkCounts;
  /** Paths of the files that were compiled now, because they or what they ask for may have changed; all of them where nothing was kept. */
  readonly compiled: readonly string[];
  /** The nodes that a file gives. */
  readonly nodesOf: (path: string) => readonly NodeId[];
  /** Lets go of the files behind it. */
  readonly close: () => void;
}
