/** Renders models and seeds: text, dependencies, hooks. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { nextCodeToken } from '../parse/sql-scan.ts';
import { findShadows } from './check-macros.ts';
import { compileColumns } from './columns.ts';
import { waitForColumns } from './columns-needed.ts';
import { compileConstraints } from './constraints.ts';
import type { BuiltNode, CompiledHook, CompiledModel, CompiledSeed, CompiledText, Dependency, NodeId } from './compiled.ts';
import { emptyText } from './compiled-text.ts';
import type { Draft, ModelDraft, SeedDraft } from './drafts.ts';
import { checkChain, injectEphemerals } from './ephemeral.ts';
import type { EphemeralBody } from './fact.ts';
import type { FileContext } from './file-context.ts';
import { compileFreshness } from './freshness.ts';
import { compileHooks } from './hooks.ts';
import { placeInCompiled } from './compiled-excerpt.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import { Session } from './session.ts';
import { relationValue } from './values.ts';

/** A model whose texts do not have their ephemeral parents in front yet. */
export interface RenderedModel {
  readonly draft: ModelDraft;
  readonly full: RenderedText;
  readonly incremental: RenderedText | undefined;
  readonly hooks: RenderedHooks;
}

/** What a rendering made use of. */
export interface Uses {
  readonly dependencies: ReadonlyMap<NodeId, Span>;
  readonly macros: ReadonlySet<string>;
}

interface RenderedText extends Uses {
  readonly text: CompiledText;
}

export interface RenderedHooks extends Uses {
  readonly pre: readonly CompiledHook[];
  readonly post: readonly CompiledHook[];
}

export function renderModel(draft: ModelDraft, context: FileContext): RenderedModel {
  if (draft.template.broken === true || hasErrors(draft.configProblems)) context.broken.push(draft.id);
  if (draft.template.broken === true) return { draft, full: { text: emptyText, ...nothing }, incremental: undefined, hooks: noHooks };
  context.diagnostics.push(...findShadows(draft.template.nodes));
  const isIncremental = draft.config.materialized === 'incremental';
  const full = renderText(draft, false, context);
  // Most problems would be found twice: the second text is made only of a sound first one.
  const incremental = isIncremental && !context.broken.includes(draft.id) ? renderText(draft, true, context) : undefined;
  return { draft, full, incremental, hooks: renderHooks(draft, context) };
}

function openSession(draft: Draft, context: FileContext, isIncremental: boolean | undefined): Session {
  const self = relationValue(context.dialect.relation(draft.where), draft.id);
  return new Session({
    environment: context.environment,
    resolver: context.index,
    node: draft.id,
    self,
    isIncremental,
    place: 'a hook',
    takesEphemerals: isIncremental !== undefined,
    takesColumns: isIncremental !== undefined,
  });
}

function renderText(draft: ModelDraft, isIncremental: boolean, context: FileContext): RenderedText {
  const session = openSession(draft, context, isIncremental);
  const text = renderTemplate(draft.template, session);
  if (session.diagnostics.length > 0) return { text, ...settle(draft.id, notToldOf(draft, session.diagnostics), session, context) };
  const waiting = waitForColumns(session, draft.template);
  if (waiting !== undefined) return { text: waiting, ...settle(draft.id, [], session, context) };
  const finished = finishQuery(text, { what: 'a model', node: draft.id, path: draft.path });
  const selfRead = session.readsSelf ? findSelfRead(draft, finished.text, session) : undefined;
  const diagnostics = selfRead === undefined ? finished.diagnostics : [...finished.diagnostics, selfRead];
  return { text: finished.text, ...settle(draft.id, diagnostics, session, context) };
}

/** What stands before the config is rendered for it, too. */
function notToldOf({ configProblems }: ModelDraft, found: readonly Diagnostic[]): readonly Diagnostic[] {
  if (configProblems.length === 0) return found;
  return found.filter(({ span }) => !configProblems.some((told) => told.span?.path === span?.path && told.span?.start === span?.start));
}

/** Words for models without rows of their own. */
const rowless: ReadonlyMap<string, string> = new Map([
  ['view', 'view'],
  ['ephemeral', 'ephemeral model'],
]);

/** `{{this}}` where SQL reads it, in a model that has no rows of its own; in strings and comments it is a name like any other. */
function findSelfRead(draft: ModelDraft, text: CompiledText, { self }: Session): Diagnostic | undefined {
  const what = rowless.get(draft.config.materialized);
  if (what === undefined || self === undefined) return undefined;
  const { sql } = self;
  for (let token = nextCodeToken(text.sql, 0); token !== undefined; token = nextCodeToken(text.sql, token.end)) {
    if (!text.sql.startsWith(sql, token.start)) continue;
    const place = placeInCompiled(text, token.start, sql.length);
    const where = { node: draft.id, span: place?.span, notes: place?.notes ?? [] };
    return diagnose('self-reference', { name: draft.name, reads: { by: 'this', what } }, where);
  }
  return undefined;
}

function settle(id: NodeId, diagnostics: readonly Diagnostic[], { dependencies, macros }: Uses, context: FileContext): Uses {
  context.diagnostics.push(...diagnostics);
  if (hasErrors(diagnostics)) context.broken.push(id);
  return { dependencies, macros };
}

export function renderHooks(draft: Draft, context: FileContext): RenderedHooks {
  const { hooks } = draft.merged;
  if (hooks.pre.length + hooks.post.length === 0) return noHooks;
  const session = openSession(draft, context, undefined);
  const pre = compileHooks(hooks.pre, session, context.texts);
  const post = compileHooks(hooks.post, session, context.texts);
  return { pre, post, ...settle(draft.id, session.diagnostics, session, context) };
}

const nothing: Uses = Object.freeze({ dependencies: new Map(), macros: new Set<string>() });
const noHooks: RenderedHooks = Object.freeze({ pre: [], post: [], ...nothing });

/** All that renderings of one node made use of, in order of first use. */
export function unite(id: NodeId, ...parts: readonly (Uses | undefined)[]): Pick<CompiledModel, 'dependsOn' | 'macros'> {
  const all = new Map<NodeId, Span>();
  const macros = new Set<string>();
  for (const part of parts) {
    for (const [parent, span] of part?.dependencies ?? []) if (parent !== id && !all.has(parent)) all.set(parent, span);
    for (const name of part?.macros ?? []) macros.add(name);
  }
  return { dependsOn: [...all].map(([parent, span]): Dependency => ({ id: parent, span })), macros: [...macros] };
}

/** What readers of an ephemeral model put in front of their queries. */
export function bodyOf({ draft, full }: RenderedModel): EphemeralBody {
  return { id: draft.id, name: draft.name, text: full.text, needs: [...full.dependencies.keys()] };
}

/** The node, with the ephemeral models that it reads in front of its texts. */
export function finishModel(model: RenderedModel, context: FileContext): CompiledModel {
  const { draft, full, incremental, hooks } = model;
  for (const rendering of [full, incremental]) {
    const chain = rendering === undefined ? undefined : checkChain(rendering.dependencies, context.asker, draft.id);
    if (chain?.isTooLong !== true) continue;
    if (context.broken.includes(draft.id)) continue;
    context.diagnostics.push(...chain.diagnostics);
    context.broken.push(draft.id);
  }
  const { constraints, uses } = compileConstraints(draft, context);
  const inject = ({ text, dependencies }: RenderedText): CompiledText => injectEphemerals(text, [...dependencies.keys()], context);
  return {
    resourceType: 'model',
    ...describeNode(draft, context),
    ...unite(draft.id, full, incremental, hooks, uses),
    config: draft.config,
    ...(draft.version === undefined ? {} : { version: draft.version }),
    relation: draft.where,
    constraints,
    full: inject(full),
    ...(incremental === undefined ? {} : { incremental: inject(incremental) }),
    preHooks: hooks.pre,
    postHooks: hooks.post,
  };
}

type NodeDescription = Pick<
  BuiltNode,
  'id' | 'name' | 'path' | 'propertiesPath' | 'fqn' | 'description' | 'tags' | 'rawConfig' | 'columns' | 'freshness'
>;

/** What is read in place has no rows of its own that could be old. */
function freshnessOf(draft: Draft, context: FileContext): CompiledModel['freshness'] {
  if ('materialized' in draft.config && draft.config.materialized === 'ephemeral') return undefined;
  const diagnostics: Diagnostic[] = [];
  const self = relationValue(context.dialect.relation(draft.where), draft.id);
  const { environment, texts } = context;
  const freshness = compileFreshness(draft.merged.raw, self, { environment, texts, diagnostics });
  context.diagnostics.push(...diagnostics.map((entry) => ({ ...entry, node: draft.id })));
  if (hasErrors(diagnostics)) context.broken.push(draft.id);
  return freshness;
}

export function describeNode(draft: Draft, context: FileContext): NodeDescription {
  const { properties } = draft;
  const freshness = freshnessOf(draft, context);
  return {
    id: draft.id,
    name: draft.name,
    path: draft.path,
    ...(properties === undefined ? {} : { propertiesPath: properties.path }),
    fqn: draft.fqn,
    description: properties === undefined ? '' : context.describe(properties.description, properties.span),
    tags: draft.config.tags,
    rawConfig: draft.merged.raw,
    ...(freshness === undefined ? {} : { freshness }),
    columns: compileColumns(properties?.columns ?? [], context),
  };
}

export function compileSeed(draft: SeedDraft, context: FileContext): CompiledSeed {
  const hooks = renderHooks(draft, context);
  const { constraints, uses } = compileConstraints(draft, context);
  return {
    resourceType: 'seed',
    ...describeNode(draft, context),
    ...unite(draft.id, hooks, uses),
    config: draft.config,
    relation: draft.where,
    constraints,
    preHooks: hooks.pre,
    postHooks: hooks.post,
  };
}
