/** SQL given on the command line: compiled like a model that may refer to everything. */
import type { CompiledText } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import { exitCodes, Stop } from './exit.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { SelectionOptions } from './options.ts';
import type { Screen } from './screen.ts';

/** The path under which problems in inline SQL are shown. */
export const inlinePath = '--inline';

/** SQL of one's own and a selection would say two different things. */
export function requireInlineAlone({ inline, select, exclude, selector }: SelectionOptions & { readonly inline?: string }): void {
  if (inline === undefined) return;
  const given = [
    ...(select.length > 0 ? ['--select'] : []),
    ...(exclude.length > 0 ? ['--exclude'] : []),
    ...(selector === undefined ? [] : ['--selector']),
  ];
  const [flag] = given;
  if (flag !== undefined) throw new Stop(exitCodes.usage, [diagnose('inline-and-select', { flag })]);
}

export function compileInlineText(screen: Screen, loaded: LoadedGraph, sql: string): Promise<Outcome<CompiledText>> {
  const source = { path: inlinePath, text: sql };
  screen.addSources([source]);
  return loaded.compileInline(source);
}
