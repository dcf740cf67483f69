/** `tx compile`: writes the SQL of the selected nodes, and prints it when it is one node or inline text. */
import type { Analysis } from '../../analyze/analysis.ts';
import type { CompiledText, NodeId } from '../../compile/compiled.ts';
import { bug } from '../../diagnostics/bug.ts';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { shownName } from '../../graph/shown-name.ts';
import type { Diagnostic, Outcome } from '../../diagnostics/diagnostic.ts';
import { plain, plainLine } from '../../diagnostics/plain.ts';
import { deferText } from '../../plan/defer-nodes.ts';
import { traced } from '../../project/tracer.ts';
import { analyzeNodes } from '../analyze-nodes.ts';
import { noteUnreachable } from '../note-unreachable.ts';
import { requireSound } from '../check-queries.ts';
import { compiledPathOf, compiledTextOf, writeCompiled } from '../compiled-files.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { findDeferral, withDeferral } from '../find-deferral.ts';
import type { Host } from '../host.ts';
import { compileInlineText, requireInlineAlone } from '../inline.ts';
import { loadFlawed } from '../load-graph.ts';
import { findFurther, stopWithFurther } from '../look-further.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { writeManifest } from '../manifest-file.ts';
import type { DeferOptions, OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { prepareUnitTests } from '../unit-tests.ts';
import { showUnneeded } from '../unneeded-errors.ts';
import type { Screen } from '../screen.ts';
import { seedTexts } from '../seed-files.ts';
import { selectNodes } from '../select-nodes.ts';
import { isWaiting, loadWhole, withWhole } from '../whole-texts.ts';

export interface CompileOptions extends ProjectOptions, OutputOptions, SelectionOptions, DeferOptions {
  readonly inline?: string;
  readonly output: 'text' | 'json';
  readonly analyze: boolean;
  /** Compile again what changes, until somebody quits. */
  readonly watch?: boolean;
}

export async function compileCommand(host: Host, screen: Screen, options: CompileOptions): Promise<ExitCode> {
  requireInlineAlone(options);
  const loaded = await loadSound(host, screen, options);
  if (options.inline !== undefined) {
    const inline = await compileInlineText(screen, loaded, options.inline);
    if (hasErrors(inline.diagnostics)) throw new Stop(exitCodes.usage, inline.diagnostics);
    screen.showDiagnostics(inline.diagnostics);
    const deferral = await findDeferral(host, screen, loaded, { options, own: new Set() });
    const text = deferral === undefined ? inline.value : deferText(inline.value, deferral.relations, loaded.engine.dialect);
    print(screen, options, [{ name: 'inline', path: undefined, text }]);
    return exitCodes.ok;
  }
  const selected = selectNodes(host, screen, loaded, options);
  const { diagnostics: ofUnitTests } = await prepareUnitTests(host, screen, loaded, selected);
  const unneeded = await requireAllSound(host, loaded, selected, { others: ofUnitTests, options });
  screen.showDiagnostics(ofUnitTests);
  const { project } = loaded;
  const deferral = await findDeferral(host, screen, loaded, { options, own: selected });
  const columns = options.analyze
    ? await analyzeNodes(host, loaded, selected, {
        standing: deferral?.columns,
        isAsked: (node) => node?.resourceType === 'seed',
        onUnreachable: (problem, instead) => screen.note(noteUnreachable(problem, instead, 'columns are not looked at')),
      })
    : undefined;
  const whole =
    columns === undefined ? await loadWhole(host, screen, loaded, selected, deferral?.columns) : withWhole(loaded, columns.value);
  const { graph } = withDeferral(screen, whole, deferral, selected);
  // What waits for columns still is told of below.
  const nodes = [...selected].flatMap((id) => graph.nodes.get(id) ?? []).filter((node) => !isWaiting(node));
  const written = traced(host.trace, 'write compiled', () => writeCompiled(host.files, project, nodes));
  const texts = nodes.flatMap((node) => {
    const text = compiledTextOf(node);
    return text === undefined ? [] : [{ name: node.name, path: compiledPathOf(project, node.path), text }];
  });
  if (options.output === 'json' || texts.length === 1) print(screen, options, texts);
  screen.note(
    `compiled ${texts.length} ${texts.length === 1 ? 'node' : 'nodes'} to ${project.paths.target}/compiled (${written} ${written === 1 ? 'file' : 'files'})`,
  );
  traced(host.trace, 'report', () => writeManifest(host, screen, whole));
  if (columns !== undefined) screen.addSources(seedTexts(host.files, loaded, columns.diagnostics));
  const sound = columns === undefined || reportColumns(screen, loaded, columns);
  showUnneeded(screen, unneeded);
  return sound ? exitCodes.ok : exitCodes.usage;
}

/** The graph of a project without project-wide errors; stops with these, and with what is wrong beside them. */
async function loadSound(host: Host, screen: Screen, options: CompileOptions): Promise<LoadedGraph> {
  const flawed = await loadFlawed(host, screen, options);
  if (flawed.projectErrors.length === 0) return flawed.loaded;
  if (options.inline !== undefined || !options.analyze || options.defer === true) throw flawed.stop;
  throw await stopWithFurther(host, screen, flawed, () => selectNodes(host, screen, flawed.loaded, options));
}

/**
 * Stops with every problem of what is selected, and with what is wrong with the columns of those that no such problem reaches:
 * whoever mends the one need not come back for the other.
 */
async function requireAllSound(
  host: Host,
  loaded: LoadedGraph,
  selected: ReadonlySet<NodeId>,
  { others, options }: { readonly others: readonly Diagnostic[]; readonly options: CompileOptions },
): Promise<readonly Diagnostic[]> {
  try {
    return await traced(host.trace, 'check queries', () => requireSound(loaded, selected, selected, others));
  } catch (cause) {
    // What is read elsewhere may have other columns, and nobody has looked there yet.
    if (!(cause instanceof Stop) || !options.analyze || options.defer === true) throw cause;
    const further = await findFurther(host, loaded, selected, cause.diagnostics);
    throw new Stop(cause.exitCode, [...cause.diagnostics, ...further]);
  }
}

/** Says what is wrong with the columns of the selected queries; false when something is. */
function reportColumns(screen: Screen, { graph }: LoadedGraph, outcome: Outcome<Analysis>): boolean {
  const { nodes } = outcome.value;
  const nameOf = (id: NodeId): string => shownName(graph.nodes.get(id) ?? bug(`there is no node ${id}`));
  screen.showDiagnostics(outcome.diagnostics);
  const unknown = new Set(
    [...nodes.values()].flatMap((found) => (found.kind === 'unknown' && found.why !== 'above-refused' ? [found.at] : [])),
  );
  if (unknown.size > 0) {
    const open = [...nodes.values()].filter(({ kind }) => kind === 'unknown').length;
    const names = [...unknown].map(nameOf);
    screen.note(`columns of ${open} ${open === 1 ? 'node' : 'nodes'} not known, because of ${listNames(names)}`);
  }
  const seen = [...nodes].flatMap(([id, found]) => (found.kind === 'known' && found.origin === 'last-seen' ? [id] : []));
  if (seen.length > 0) {
    screen.note(`columns of ${listNames(seen.map(nameOf))} as they were when the database could be opened last`);
  }
  return !hasErrors(outcome.diagnostics);
}

const mostNamed = 5;

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map(plainLine).join(', ');
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
}

function print(
  screen: Screen,
  options: CompileOptions,
  texts: readonly { readonly name: string; readonly path: string | undefined; readonly text: CompiledText }[],
): void {
  for (const { name, path, text } of texts) {
    if (options.output === 'json') screen.data({ name, path, compiled: text.sql });
    else screen.result(screen.output.stdout.isTty ? plain(text.sql) : text.sql);
  }
}
