/** Looks at a project by all rules that are on, and leaves out what people silenced. */
import { diagnose, sortDiagnostics } from '../diagnostics/diagnostic.ts';
import { positionAt } from '../diagnostics/span.ts';
import type { Span } from '../diagnostics/span.ts';
import type { LintRule } from '../project/read-lint.ts';
import { lintRuleNames } from '../project/read-lint.ts';
import type { LintContext } from './context.ts';
import { createContext } from './context.ts';
import type { Finding } from './finding.ts';
import type { Ignore } from './ignores.ts';
import { findIgnores } from './ignores.ts';
import type { LintInput, LintPorts } from './lint-input.ts';
import { selectedModels } from './lint-input.ts';
import { findKeyless, findUndescribed, findUntested } from './rules/descriptions-and-tests.ts';
import { findFanOut } from './rules/fan-out-join.ts';
import { findFilteredJoins } from './rules/filtered-left-join.ts';
import { findHardCoded } from './rules/hard-coded-relation.ts';
import { findIdleOrder } from './rules/idle-order.ts';
import { findLayerBreaks, findMisnamed } from './rules/placement.ts';
import { findStars } from './rules/select-star.ts';
import { findUnreadVariables, findUnusedMacros, findUnusedModel, findUnusedSource } from './rules/unused.ts';

type Rule = (context: LintContext) => readonly Finding[] | Promise<readonly Finding[]>;
type ModelRule = (context: LintContext, model: ReturnType<typeof selectedModels>[number]) => readonly Finding[];

const ofModels =
  (rule: ModelRule): Rule =>
  (context) =>
    selectedModels(context).flatMap((model) => rule(context, model));

const ofWhole =
  (rule: (context: LintContext) => readonly Finding[]): Rule =>
  (context) =>
    context.isWhole ? rule(context) : [];

const rules: Readonly<Record<Exclude<LintRule, 'idle-ignore'>, Rule>> = {
  'hard-coded-relation': ofModels(findHardCoded),
  'select-star': ofModels(findStars),
  'unused-model': ofModels(findUnusedModel),
  'unused-macro': ofWhole(findUnusedMacros),
  'unread-variable': ofWhole(findUnreadVariables),
  'unused-source': (context) =>
    [...context.selected].flatMap((id) => {
      const node = context.graph.nodes.get(id);
      return node?.resourceType === 'source' ? findUnusedSource(context, node) : [];
    }),
  'missing-description': ofModels(findUndescribed),
  'missing-tests': ofModels(findUntested),
  'missing-key-test': findKeyless,
  'fan-out-join': findFanOut,
  'model-naming': ofModels(findMisnamed),
  'filtered-left-join': ofModels(findFilteredJoins),
  'idle-order': ofModels(findIdleOrder),
  'layer-reference': ofModels(findLayerBreaks),
};

/** What the rules find, sorted by place, with the severity that the project gives it. */
export async function lintProject(input: LintInput, ports: LintPorts): Promise<readonly Finding[]> {
  const context = createContext(input, ports.proveKeys);
  const found: Finding[] = [];
  for (const [name, rule] of Object.entries(rules)) if (hasRule(input, name)) found.push(...(await rule(context)));
  const { loud, idle } = silence(input, found);
  const order = new Map(sortDiagnostics([...loud, ...idle].map(({ diagnostic }) => diagnostic)).map((diagnostic, at) => [diagnostic, at]));
  return [...loud, ...idle]
    .sort((a, b) => (order.get(a.diagnostic) ?? 0) - (order.get(b.diagnostic) ?? 0))
    .map((finding) => {
      const severity = input.settings.levels[finding.rule] === 'error' ? 'error' : 'warning';
      return { ...finding, diagnostic: { ...finding.diagnostic, severity } };
    });
}

function hasRule({ rules: wanted }: LintInput, name: string): boolean {
  return lintRuleNames.some((rule) => rule === name && wanted.has(rule));
}

/** Parts findings into those that nobody silenced, and the comments that silence nothing. */
function silence(input: LintInput, found: readonly Finding[]): { readonly loud: readonly Finding[]; readonly idle: readonly Finding[] } {
  const ignores = new Map(
    [...input.project.files, { kind: 'properties' as const, path: input.project.file.path }].flatMap((file) => {
      const text = file.path === input.project.file.path ? input.project.file.text : input.textOf(file.path);
      const those = text === undefined ? [] : findIgnores(file, text);
      return those.length === 0 ? [] : [[file.path, those] as const];
    }),
  );
  const used = new Set<Ignore>();
  const loud = found.filter((finding) => {
    const by = ignoresFor(input, finding, ignores);
    for (const ignore of by) used.add(ignore);
    return by.length === 0;
  });
  const idle = [...ignores.values()].flatMap((those) =>
    those.filter((ignore) => !used.has(ignore)).flatMap((ignore) => describe(input, ignore)),
  );
  return { loud, idle: hasRule(input, 'idle-ignore') ? idle : [] };
}

function ignoresFor(input: LintInput, finding: Finding, ignores: ReadonlyMap<string, readonly Ignore[]>): readonly Ignore[] {
  const { span } = finding.diagnostic;
  const paths = new Set([...finding.files, ...(span === undefined ? [] : [span.path])]);
  return [...paths].flatMap((path) =>
    (ignores.get(path) ?? []).filter(
      ({ rule, isForFile, lines }) => rule === finding.rule && (isForFile || (span?.path === path && isOnLines(input, span, lines))),
    ),
  );
}

/** Whether a finding has one of its lines on those of a comment. */
function isOnLines({ textOf, project }: LintInput, { path, start, end }: Span, [first, next]: Ignore['lines']): boolean {
  const text = path === project.file.path ? project.file.text : (textOf(path) ?? '');
  const from = positionAt(text, start).line;
  const to = positionAt(text, Math.max(start, end - 1)).line;
  return (first >= from && first <= to) || from === next;
}

/** A comment that silences nothing, where that can be known: its rule was asked, for all that its file holds. */
function describe(input: LintInput, { path, rule, start, end }: Ignore): readonly Finding[] {
  const isKnown = lintRuleNames.some((name) => name === rule);
  if (isKnown && !(input.isWhole && hasRule(input, rule))) return [];
  const known = isKnown ? undefined : lintRuleNames;
  return [{ rule: 'idle-ignore', diagnostic: diagnose('idle-ignore', { rule, known }, { span: { path, start, end } }), files: [] }];
}
