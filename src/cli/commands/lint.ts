/** `tx lint`: looks for what compiles and is a mistake or bad habit all the same, and mends what can be mended for certain. */
import { diagnose, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { lineStarts, positionAt } from '../../diagnostics/span.ts';
import type { Finding } from '../../lint/finding.ts';
import { lintProject } from '../../lint/lint-project.ts';
import type { ProvenKeys } from '../../lint/lint-input.ts';
import type { NodeId } from '../../compile/compiled.ts';
import type { LintRule, LintSettings } from '../../project/read-lint.ts';
import { lintRuleNames, readLint } from '../../project/read-lint.ts';
import { parseYaml } from '../../project/yaml/parse-yaml.ts';
import { traced } from '../../project/tracer.ts';
import { analyzeNodes } from '../analyze-nodes.ts';
import { requireSound } from '../check-queries.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { applyFixes } from '../apply-fixes.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';
import { showUnneeded } from '../unneeded-errors.ts';

export interface LintOptions extends ProjectOptions, OutputOptions, SelectionOptions {
  readonly rule: readonly string[];
  readonly fix?: boolean;
  readonly strict?: boolean;
  readonly output: 'text' | 'json';
}

export async function lintCommand(host: Host, screen: Screen, options: LintOptions): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const settings = readLint(parseYaml(loaded.project.file).value);
  const rules = chooseRules(settings, options.rule);
  const selected = selectNodes(host, screen, loaded, options);
  const unneeded = await requireSound(loaded, selected);
  const findings = await traced(host.trace, 'lint', () =>
    lintProject(
      {
        project: loaded.project,
        graph: loaded.graph,
        dialect: loaded.engine.dialect,
        searched: loaded.engine.capabilities.ownSchemas,
        settings,
        rules,
        selected,
        isWhole: isWhole(loaded, selected),
        textOf: loaded.texts.get,
      },
      { proveKeys: keyProver(host, loaded) },
    ),
  );
  const fixed = options.fix === true ? await traced(host.trace, 'fix', () => applyFixes(host, loaded, findings)) : undefined;
  const left = fixed === undefined ? findings : findings.filter((finding) => !fixed.findings.has(finding));
  if (options.output === 'json') screen.data(describeAll(loaded, left, fixed?.findings.size ?? 0), 2);
  else screen.showDiagnostics(left.map(({ diagnostic }) => diagnostic));
  for (const path of fixed?.paths ?? []) screen.note(`fixed ${path}`);
  showUnneeded(screen, unneeded);
  screen.note(summarize(left, fixed?.findings.size));
  const counts = left.map(({ diagnostic }) => diagnostic);
  return hasErrors(counts) || (options.strict === true && counts.length > 0) ? exitCodes.failed : exitCodes.ok;
}

/** The rules that are asked for by name, off or not; otherwise those that are not off. */
function chooseRules({ levels }: LintSettings, names: readonly string[]): ReadonlySet<LintRule> {
  const unknown = names.filter((name) => !lintRuleNames.some((rule) => rule === name));
  if (unknown.length > 0) {
    const diagnostics = unknown.map((rule): Diagnostic => diagnose('lint-rule-unknown', { rule, known: lintRuleNames }));
    throw new Stop(exitCodes.usage, diagnostics);
  }
  return new Set(lintRuleNames.filter((rule) => (names.length > 0 ? names.includes(rule) : levels[rule] !== 'off')));
}

function isWhole({ graph }: LoadedGraph, selected: ReadonlySet<NodeId>): boolean {
  for (const id of graph.nodes.keys()) if (!selected.has(id)) return false;
  return true;
}

/** Keys that follow from queries; nothing is known of relations that cannot be analyzed. What one rule learns another one knows. */
function keyProver(host: Host, loaded: LoadedGraph): (ids: ReadonlySet<NodeId>) => Promise<ProvenKeys> {
  const proven = new Map<NodeId, readonly (readonly string[])[]>();
  const asked = new Set<NodeId>();
  return async (ids) => {
    const fresh = new Set([...ids].filter((id) => !asked.has(id)));
    const outcome = fresh.size === 0 ? undefined : await analyzeNodes(host, loaded, fresh, (node) => node !== undefined);
    for (const id of fresh) asked.add(id);
    for (const [id, found] of outcome?.value.nodes ?? []) {
      asked.add(id);
      if (found.kind === 'known') proven.set(id, found.proofs.unique);
    }
    return proven;
  };
}

function describeAll({ texts, project }: LoadedGraph, findings: readonly Finding[], fixed: number): unknown {
  const startsOf = new Map<string, readonly number[]>();
  const textOf = (path: string): string => (path === project.file.path ? project.file.text : (texts.get(path) ?? ''));
  const place = (path: string, offset: number): { readonly line: number; readonly column: number } => {
    const starts = startsOf.get(path) ?? lineStarts(textOf(path));
    startsOf.set(path, starts);
    return positionAt(textOf(path), offset, starts);
  };
  return {
    fixed,
    findings: findings.map(({ rule, diagnostic: { severity, message, help, node, span }, fix }) => ({
      rule,
      severity,
      message,
      help: help ?? null,
      node: node ?? null,
      path: span?.path ?? null,
      start: span === undefined ? null : place(span.path, span.start),
      end: span === undefined ? null : place(span.path, span.end),
      fixable: fix !== undefined,
    })),
  };
}

function summarize(left: readonly Finding[], fixed: number | undefined): string {
  const errors = left.filter(({ diagnostic }) => diagnostic.severity === 'error').length;
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  const fixable = left.filter(({ fix }) => fix !== undefined).length;
  return [
    left.length === 0 ? 'no findings' : `${count(errors, 'error')}, ${count(left.length - errors, 'warning')}`,
    ...(fixed === undefined ? [] : [`${fixed} fixed`]),
    ...(fixable > 0 && fixed === undefined ? [`\`tx lint --fix\` fixes ${fixable === left.length ? 'all' : fixable} of them`] : []),
  ].join('; ');
}
