/** The part of loading that compiles something: a module of its own, so that a command that has nothing to compile does not load it. */
import { checkNames, findCheck } from '../checks/vocabulary.ts';
import { compileInline } from '../compile/compile-inline.ts';
import type { Compilation, CompileInput, CompilePorts, TakeRecord } from '../compile/compile-project.ts';
import { compileProject } from '../compile/compile-project.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import type { UnitTestText } from '../compile/compile-unit-test.ts';
import { compileUnitTest } from '../compile/compile-unit-test.ts';
import type { UnitTestRendering } from '../compile/compile-unit-test.ts';
import type { EarlierCompile } from '../compile/earlier.ts';
import type { JsModuleLoader } from '../compile/js-helpers.ts';
import type { RenderAgain } from '../compile/render-again.ts';
import { renderAgain } from '../compile/render-again.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';

export type FreshInput = Omit<CompileInput, 'findCheck' | 'checkNames'>;

export function compileFresh(input: FreshInput, ports: CompilePorts, take: TakeRecord): Promise<Compilation> {
  return compileProject({ ...input, findCheck, checkNames }, ports, take);
}

export interface InlineProject extends Omit<FreshInput, 'fresh'> {
  readonly earlier: EarlierCompile;
  readonly broken: ReadonlySet<NodeId>;
}

export function compileText(source: SourceFile, project: InlineProject, js: JsModuleLoader): Promise<Outcome<CompiledText>> {
  return compileInline(source, project, { js });
}

export function renderText(
  source: SourceFile,
  again: RenderAgain,
  project: InlineProject,
  js: JsModuleLoader,
): Promise<Outcome<CompiledText>> {
  return renderAgain(source, again, project, { js });
}

export function compileTest(
  source: SourceFile,
  test: UnitTestRendering,
  project: InlineProject,
  js: JsModuleLoader,
): Promise<Outcome<UnitTestText>> {
  return compileUnitTest(source, test, project, { js });
}
