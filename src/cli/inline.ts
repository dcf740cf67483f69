/** SQL given on the command line: compiled like a model that may refer to everything. */
import type { CompiledText } from '../compile/compiled.ts';
import { checkNames, findCheck } from '../checks/vocabulary.ts';
import { compileInline } from '../compile/compile-inline.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import { jsLoader } from './load-graph.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Screen } from './screen.ts';

/** The path under which problems in inline SQL are shown. */
export const inlinePath = '--inline';

export interface InlineText {
  readonly text: CompiledText;
}

export async function compileInlineText(screen: Screen, loaded: LoadedGraph, sql: string): Promise<Outcome<InlineText>> {
  screen.addSources([{ path: inlinePath, text: sql }]);
  const { project, parsed, engine, flagVars } = loaded;
  const vars = Object.fromEntries(Object.entries(flagVars).map(([name, { value }]) => [name, value]));
  const outcome = await compileInline(
    { path: inlinePath, text: sql },
    { project, parsed, dialect: engine.dialect, flagVars: vars, findCheck, checkNames },
    { js: jsLoader(project) },
  );
  return { value: { text: outcome.value }, diagnostics: outcome.diagnostics };
}
