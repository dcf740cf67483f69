/** Renders models and seeds: text, dependencies, hooks. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { compileColumns } from './columns.ts';
import type { CompiledHook, CompiledModel, CompiledSeed, CompiledText, Dependency, NodeId } from './compiled.ts';
import { emptyText } from './compiled-text.ts';
import type { Describe } from './docs-blocks.ts';
import type { ModelDraft, SeedDraft } from './drafts.ts';
import { findShadows } from './environment.ts';
import type { EphemeralBodies } from './ephemeral.ts';
import { chainProblems, endsLongChain, injectEphemerals, measureEphemerals } from './ephemeral.ts';
import type { FileTexts } from './hooks.ts';
import { compileHooks } from './hooks.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import type { Environment, Resolver } from './session.ts';
import { Session } from './session.ts';
import { relationValue } from './values.ts';

export interface RenderInput {
  readonly environment: Environment;
  readonly dialect: Dialect;
  readonly resolver: Resolver;
  readonly texts: FileTexts;
  readonly describe: Describe;
  readonly diagnostics: Diagnostic[];
  readonly broken: Set<NodeId>;
}

/** A model whose texts do not have their ephemeral parents in front yet. */
interface RenderedModel {
  readonly draft: ModelDraft;
  readonly full: RenderedText;
  readonly incremental: RenderedText | undefined;
  readonly hooks: RenderedHooks;
}

/** What a rendering made use of. */
interface Uses {
  readonly dependencies: ReadonlyMap<NodeId, Span>;
  readonly macros: ReadonlySet<string>;
}

interface RenderedText extends Uses {
  readonly text: CompiledText;
}

interface RenderedHooks extends Uses {
  readonly pre: readonly CompiledHook[];
  readonly post: readonly CompiledHook[];
}

/** Renders every model; the result is in the order of the drafts. */
export function compileModels(
  drafts: readonly ModelDraft[],
  input: RenderInput,
): { readonly models: readonly CompiledModel[]; readonly ephemerals: EphemeralBodies } {
  const rendered = drafts.map((draft) => renderModel(draft, input));
  const bodies = measureEphemerals(
    rendered
      .filter(({ draft }) => draft.config.materialized === 'ephemeral')
      .map(({ draft, full }) => ({ id: draft.id, name: draft.name, text: full.text, needs: [...full.dependencies.keys()] })),
  );
  return { models: rendered.map((model) => finishModel(model, bodies, input)), ephemerals: bodies };
}

function renderModel(draft: ModelDraft, input: RenderInput): RenderedModel {
  if (draft.broken) {
    input.broken.add(draft.id);
    return { draft, full: { text: emptyText, ...nothing }, incremental: undefined, hooks: noHooks };
  }
  findShadows(draft.template.nodes, input.diagnostics);
  const isIncremental = draft.config.materialized === 'incremental';
  const full = renderText(draft, false, input);
  // Most problems would be found twice: the second text is made only of a sound first one.
  const incremental = isIncremental && !input.broken.has(draft.id) ? renderText(draft, true, input) : undefined;
  return { draft, full, incremental, hooks: renderHooks(draft, input) };
}

function openSession(draft: ModelDraft | SeedDraft, input: RenderInput, isIncremental: boolean | undefined): Session {
  const self = relationValue(input.dialect.relation(draft.where), draft.id);
  return new Session({
    environment: input.environment,
    resolver: input.resolver,
    node: draft.id,
    self,
    isIncremental,
    place: 'a hook',
    takesEphemerals: isIncremental !== undefined,
  });
}

function renderText(draft: ModelDraft, isIncremental: boolean, input: RenderInput): RenderedText {
  const session = openSession(draft, input, isIncremental);
  const text = renderTemplate(draft.template, session);
  if (session.diagnostics.length > 0) return { text, ...settle(draft.id, session.diagnostics, session, input) };
  const finished = finishQuery(text, { what: 'a model', node: draft.id, path: draft.path });
  return { text: finished.text, ...settle(draft.id, finished.diagnostics, session, input) };
}

function settle(id: NodeId, diagnostics: readonly Diagnostic[], { dependencies, macros }: Uses, input: RenderInput): Uses {
  input.diagnostics.push(...diagnostics);
  if (hasErrors(diagnostics)) input.broken.add(id);
  return { dependencies, macros };
}

function renderHooks(draft: ModelDraft | SeedDraft, input: RenderInput): RenderedHooks {
  const { hooks } = draft.merged;
  if (hooks.pre.length + hooks.post.length === 0) return noHooks;
  const session = openSession(draft, input, undefined);
  const pre = compileHooks(hooks.pre, session, input.texts);
  const post = compileHooks(hooks.post, session, input.texts);
  return { pre, post, ...settle(draft.id, session.diagnostics, session, input) };
}

const nothing: Uses = Object.freeze({ dependencies: new Map(), macros: new Set<string>() });
const noHooks: RenderedHooks = Object.freeze({ pre: [], post: [], ...nothing });

/** All that renderings of one node made use of, in order of first use. */
function unite(id: NodeId, ...parts: readonly (Uses | undefined)[]): Pick<CompiledModel, 'dependsOn' | 'macros'> {
  const all = new Map<NodeId, Span>();
  const macros = new Set<string>();
  for (const part of parts) {
    for (const [parent, span] of part?.dependencies ?? []) if (parent !== id && !all.has(parent)) all.set(parent, span);
    for (const name of part?.macros ?? []) macros.add(name);
  }
  return { dependsOn: [...all].map(([parent, span]): Dependency => ({ id: parent, span })), macros: [...macros] };
}

function finishModel(model: RenderedModel, bodies: EphemeralBodies, input: RenderInput): CompiledModel {
  const { draft, full, incremental, hooks } = model;
  for (const rendering of [full, incremental]) {
    if (rendering === undefined || !endsLongChain(rendering.dependencies.keys(), bodies)) continue;
    if (!input.broken.has(draft.id)) input.diagnostics.push(...chainProblems(rendering.dependencies, bodies, draft.id));
    input.broken.add(draft.id);
  }
  const inject = ({ text, dependencies }: RenderedText): CompiledText =>
    bodies.size === 0 ? text : injectEphemerals(text, [...dependencies.keys()], bodies, input.dialect);
  return {
    resourceType: 'model',
    ...describeNode(draft, input.describe),
    ...unite(draft.id, full, incremental, hooks),
    config: draft.config,
    ...(draft.version === undefined ? {} : { version: draft.version }),
    relation: draft.where,
    full: inject(full),
    ...(incremental === undefined ? {} : { incremental: inject(incremental) }),
    preHooks: hooks.pre,
    postHooks: hooks.post,
  };
}

type NodeDescription = Pick<
  CompiledModel,
  'id' | 'name' | 'path' | 'propertiesPath' | 'fqn' | 'description' | 'tags' | 'rawConfig' | 'columns'
>;

function describeNode(draft: ModelDraft | SeedDraft, describe: Describe): NodeDescription {
  const { properties } = draft;
  return {
    id: draft.id,
    name: draft.name,
    path: draft.path,
    ...(properties === undefined ? {} : { propertiesPath: properties.path }),
    fqn: draft.fqn,
    description: properties === undefined ? '' : describe(properties.description, properties.span),
    tags: draft.config.tags,
    rawConfig: draft.merged.raw,
    columns: compileColumns(properties?.columns ?? [], describe),
  };
}

export function compileSeeds(drafts: readonly SeedDraft[], input: RenderInput): readonly CompiledSeed[] {
  return drafts.map((draft) => {
    const hooks = renderHooks(draft, input);
    return {
      resourceType: 'seed',
      ...describeNode(draft, input.describe),
      ...unite(draft.id, hooks),
      config: draft.config,
      relation: draft.where,
      preHooks: hooks.pre,
      postHooks: hooks.post,
    };
  });
}
