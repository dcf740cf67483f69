/** `tx ls`: one line per selected node on stdout. */
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { plainLine } from '../../diagnostics/plain.ts';
import type { NodeId } from '../../compile/compiled.ts';
import type { GraphNode } from '../../graph/graph.ts';
import type { NameForm } from '../../graph/name-nodes.ts';
import { nameNodes } from '../../graph/name-nodes.ts';
import { checkKeys, describeNodes, wantsColumns } from '../../report/manifest/listing.ts';
import type { InferredColumns } from '../../report/manifest/listing.ts';
import { writeJson } from '../../report/write-json.ts';
import { traced } from '../../project/tracer.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import { noteUnreachable } from '../note-unreachable.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { entryContext } from '../manifest-file.ts';
import type { OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { showUnneeded } from '../unneeded-errors.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';

type ListForm = NameForm | 'text' | 'json';

export interface LsOptions extends ProjectOptions, OutputOptions, SelectionOptions {
  readonly output: ListForm | 'gaps';
  readonly outputKeys: readonly string[];
}

export async function lsCommand(host: Host, screen: Screen, options: LsOptions): Promise<ExitCode> {
  const mistakes = [...checkKeys(options.outputKeys), ...checkForm(options)];
  if (mistakes.length > 0) throw new Stop(exitCodes.usage, mistakes);
  const loaded = await loadGraph(host, screen, options);
  const selected = selectNodes(host, screen, loaded, options);
  const { output } = options;
  if (output === 'gaps')
    return await (await import('./list-gaps.ts')).showGaps(host, screen, loaded, { ...options, output: 'text' }, selected);
  const { graph } = loaded;
  const nodes = [...selected].flatMap((id) => graph.nodes.get(id) ?? []);
  const inferred = wantsColumns(options.outputKeys) ? await inferColumns(host, screen, loaded, selected) : undefined;
  traced(host.trace, 'report', () => {
    if (nodes.length > 0)
      screen.result(
        nodes
          .map(lineOf(host, loaded, { ...options, output, inferred }))
          .map(plainLine)
          .join('\n'),
      );
  });
  // What is listed is known all the same; that it does not compile must not be missed.
  const wanted = new Set<string>(selected);
  if (loaded.nodeErrors.some(({ node }) => node !== undefined && wanted.has(node))) throw new Stop(exitCodes.usage, loaded.nodeErrors);
  showUnneeded(screen, loaded.nodeErrors);
  return exitCodes.ok;
}

/** A form that has no keys, beside keys. The form that nobody asked for gives way to them. */
function checkForm({ output, outputKeys, fromVariables = {} }: LsOptions): readonly Diagnostic[] {
  if (outputKeys.length === 0 || output === 'json' || output === 'selector') return [];
  const [name = '', keys] = ['--output', '--output-keys'].map((flag) => fromVariables[flag] ?? flag);
  const wrong = { name, value: output, reason: `has no keys, and \`${keys}\` asks for some`, choices: undefined, command: 'tx ls' };
  return [diagnose('flag-value', wrong, { help: 'keys are for `json`: leave one of the two out' })];
}

/** Keys are for the form that has them: asking for some asks for JSON. */
function lineOf(
  host: Host,
  loaded: LoadedGraph,
  {
    output,
    outputKeys,
    inferred,
  }: { readonly output: ListForm; readonly outputKeys: readonly string[]; readonly inferred?: InferredColumns | undefined },
): (node: GraphNode) => string {
  if (output !== 'json' && outputKeys.length === 0) return nameNodes(loaded.graph, output === 'text' ? 'selector' : output);
  const describe = describeNodes(entryContext(host, loaded), outputKeys, inferred);
  return (node) => writeJson(describe(node));
}

/** What the queries of the selected nodes give. Columns that nobody can tell are those that somebody described. */
async function inferColumns(host: Host, screen: Screen, loaded: LoadedGraph, selected: ReadonlySet<NodeId>): Promise<InferredColumns> {
  const [{ analyzeNodes }, { columnsWithWords }] = await Promise.all([
    import('../analyze-nodes.ts'),
    import('../../analyze/columns-with-words.ts'),
  ]);
  const { graph, engine } = loaded;
  const sound = new Set([...selected].filter((id) => !graph.broken.has(id)));
  const outcome = await analyzeNodes(host, loaded, sound, {
    isAsked: () => true,
    onUnreachable: (problem, instead) => screen.note(noteUnreachable(problem, instead, 'columns are those that are described')),
  });
  return outcome === undefined ? () => undefined : columnsWithWords(outcome.value, graph, engine.dialect.foldIdentifier);
}
