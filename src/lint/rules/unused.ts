/** Finds what a project defines and nothing in it uses. A mention anywhere, in a branch that is not taken too, counts as use. */
import type { CompiledMacro, CompiledModel, CompiledSource } from '../../compile/compiled.ts';
import { findUnusedVariables } from '../../compile/unused-variables.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/span.ts';
import { parseFile } from '../../parse/parse-file.ts';
import type { LintContext } from '../context.ts';
import type { Finding } from '../finding.ts';
import { layerOf } from '../layers.ts';
import { countWord, tagsOf } from '../words.ts';

/** Models on the way to others: those of the last layer, and those in none, are made for people. */
export function findUnusedModel(context: LintContext, model: CompiledModel): readonly Finding[] {
  const { graph, settings } = context;
  const layer = layerOf(model, settings);
  const isInner = model.config.materialized === 'ephemeral' || (layer !== undefined && layer.index < settings.layers.length - 1);
  if (!isInner || model.config.access === 'public' || isUsed(context, model)) return [];
  if (isMentioned(context, model.version?.model ?? model.name, model.path)) return [];
  const { materialized } = model.config;
  const diagnostic = diagnose('unused-model', { name: model.name, materialized }, { span: context.entryOf(model), node: model.id });
  return graph.broken.size > 0 ? [] : [{ rule: 'unused-model', diagnostic, files: [model.path] }];
}

export function findUnusedSource(context: LintContext, source: CompiledSource): readonly Finding[] {
  if (context.graph.broken.size > 0 || isUsed(context, source) || isMentioned(context, source.name, source.path)) return [];
  const name = `${source.sourceName}.${source.name}`;
  const diagnostic = diagnose('unused-source', { name }, { span: context.entryOf(source), node: source.id });
  return [{ rule: 'unused-source', diagnostic, files: [source.path] }];
}

/** Whether something but its own tests needs a node. */
function isUsed({ graph }: LintContext, { id }: CompiledModel | CompiledSource): boolean {
  return (graph.children.get(id) ?? []).some((child) => {
    const node = graph.nodes.get(child);
    // A unit test reads what the model under test reads.
    if (node?.resourceType === 'unit_test') return false;
    return !(node?.resourceType === 'test' && node.test.kind === 'generic' && node.test.attachedTo === id);
  });
}

/** Whether a tag or helper of another file has that name in it. */
function isMentioned({ words }: LintContext, name: string, own: string): boolean {
  const { mentions } = words();
  // A name that is no single word is looked for by its first one.
  const [word = name] = /[\p{L}\p{N}_$]+/u.exec(name) ?? [];
  return [...(mentions.get(word)?.keys() ?? [])].some((path) => path !== own);
}

export function findUnusedMacros(context: LintContext): readonly Finding[] {
  const called = new Set([...context.graph.nodes.values()].flatMap(({ macros }) => macros));
  return context.graph.macros.flatMap((macro): readonly Finding[] => {
    if (called.has(macro.name) || context.graph.broken.size > 0 || isMacroMentioned(context, macro)) return [];
    const span = macroSpan(context, macro);
    return [{ rule: 'unused-macro', diagnostic: diagnose('unused-macro', { name: macro.name }, { span }), files: [macro.path] }];
  });
}

/** Its own definition does not count; of a JavaScript file only one mention does not, the one that defines it. */
function isMacroMentioned({ words, project }: LintContext, { name, path, text }: CompiledMacro): boolean {
  const { mentions } = words();
  const isHelper = project.files.some((file) => file.path === path && file.kind === 'js-macro');
  const own = isHelper ? 1 : countWord(tagsOf(text), name);
  return [...(mentions.get(name) ?? [])].some(([at, count]) => at !== path || count > own);
}

function macroSpan({ project, textOf }: LintContext, { name, path }: CompiledMacro): Span {
  const file = project.files.find((each) => each.path === path);
  const text = textOf(path) ?? '';
  const parsed = file === undefined ? undefined : parseFile({ ...file, text }).value;
  const defined = parsed?.kind === 'macros' ? parsed.macros.find((macro) => macro.name === name) : undefined;
  if (defined !== undefined) return defined.nameSpan;
  const at = Math.max(0, text.indexOf(name));
  return { path, start: at, end: at + name.length };
}

export function findUnreadVariables(context: LintContext): readonly Finding[] {
  const { templates, helpers } = context.words();
  const declared = declaredVariables(context);
  const { names } = findUnusedVariables([...declared.keys()], { settings: '', properties: [], texts: templates, helpers });
  return names.flatMap((name): readonly Finding[] => {
    const span = declared.get(name);
    return span === undefined ? [] : [{ rule: 'unread-variable', diagnostic: diagnose('unread-variable', { name }, { span }), files: [] }];
  });
}

/** Where project.yaml and property files set variables, by name. */
function declaredVariables({ project, textOf }: LintContext): ReadonlyMap<string, Span> {
  const ofProject = Object.entries(project.vars).filter(([, { span }]) => span.path === project.file.path);
  const ofFiles = project.files.flatMap((file) => {
    const text = file.kind === 'properties' ? (textOf(file.path) ?? '') : '';
    const parsed = text.includes('vars:') ? parseFile({ ...file, text }).value : undefined;
    return parsed?.kind === 'properties' ? parsed.vars : [];
  });
  return new Map([
    ...ofFiles.map(({ name, span }) => [name, span] as const),
    ...ofProject.map(([name, { span }]) => [name, span] as const),
  ]);
}
