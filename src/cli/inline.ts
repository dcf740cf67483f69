/** SQL given on the command line: compiled like a model that may refer to everything. */
import type { CompiledText } from '../compile/compiled.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Screen } from './screen.ts';

/** The path under which problems in inline SQL are shown. */
export const inlinePath = '--inline';

export function compileInlineText(screen: Screen, loaded: LoadedGraph, sql: string): Promise<Outcome<CompiledText>> {
  const source = { path: inlinePath, text: sql };
  screen.addSources([source]);
  return loaded.compileInline(source);
}
