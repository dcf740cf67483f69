/** The stages of compiling one file. Each may have to be run again, so none changes the work that it is given. */
import type { ModelVersion, ParsedProperties } from '../parse/definitions.ts';
import type { CompiledNodeUnion } from './compiled.ts';
import type { CompiledTests } from './declared-tests.ts';
import { testsOfDraft, testsOfSource } from './declared-tests.ts';
import type { DisabledNode } from './compiled.ts';
import type { FileDraft, ModelDraft, SnapshotDraft } from './drafts.ts';
import { draftModel, draftSeed, turnedOff } from './drafts.ts';
import type { Fact, PrivateNode, ReferableNode } from './fact.ts';
import type { FileContext } from './file-context.ts';
import type { RunHooks } from './file-record.ts';
import type { FileWork, Head } from './file-work.ts';
import { checkAccess, compileExposures } from './exposures.ts';
import { compileHooks } from './hooks.ts';
import { compileSeed, finishModel, renderModel } from './models.ts';
import { alikeForm, checkRelation, relationForm } from './naming.ts';
import { acceptedValuesOf, ephemeralName } from './node-index.ts';
import { compileSelectors } from './selectors.ts';
import { compileSnapshot, draftSnapshots } from './snapshots.ts';
import { Session } from './session.ts';
import { compileSingularTest } from './singular-tests.ts';
import type { DeclaredSource } from './sources.ts';
import { compileUnitTests } from './unit-tests.ts';
import { compileSources } from './sources.ts';

/** A head, and what it tells others. */
export interface HeadResult {
  readonly head: Head;
  readonly facts: readonly Fact[];
  readonly disabled: readonly DisabledNode[];
}

/** Settles what others can refer to, before anything is rendered. */
export function makeHead({ file, parsed }: FileWork, context: FileContext): HeadResult {
  if (parsed?.kind === 'model') return headOfDraft(draftModel(parsed, context), context);
  if (file.kind === 'seed') return headOfDraft(draftSeed(file, context), context);
  if (parsed?.kind !== 'properties') return { head: {}, facts: [], disabled: [] };
  const { sources, disabled } = compileSources(parsed, context);
  const snapshots = draftSnapshots(parsed, context);
  const headed = snapshots.map((draft) => factsOfDraft(draft, context));
  const facts = [
    ...sources.flatMap((source) => factsOfSource(source, context)),
    ...disabled.map((node): Fact => ({ kind: 'disabled-source', name: node.name, value: node })),
    ...compileSelectors(parsed, context).map((value): Fact => ({ kind: 'selector', name: value.selector.name, value })),
    ...headed.flatMap((result) => result.facts),
    ...describeMacros(parsed, context),
  ];
  return {
    head: { sources, snapshots: snapshots.filter(({ config }) => config.enabled) },
    facts,
    disabled: [...disabled, ...headed.flatMap((result) => result.disabled)],
  };
}

function describeMacros({ macros }: ParsedProperties, context: FileContext): readonly Fact[] {
  return macros.flatMap(({ name, description, span }): readonly Fact[] =>
    description === '' ? [] : [{ kind: 'macro-description', name, value: context.describe(description, span) }],
  );
}

function headOfDraft(draft: FileDraft, context: FileContext): HeadResult {
  return { head: draft.config.enabled ? { draft } : {}, ...factsOfDraft(draft, context) };
}

/** What a node tells others. */
function factsOfDraft(draft: FileDraft | SnapshotDraft, context: FileContext): Omit<HeadResult, 'head'> {
  if (!draft.config.enabled) {
    const node = turnedOff(draft);
    return { facts: [{ kind: 'disabled-node', name: draft.name, value: node }], disabled: [node] };
  }
  const { dialect, project } = context;
  context.diagnostics.push(...checkRelation(draft, project, dialect));
  const { id, name, path, relation, schemaSpan, aliasSpan } = draft;
  const named = { id, name, path, relation, schemaSpan, aliasSpan };
  const isEphemeral = isEphemeralDraft(draft);
  const sql = isEphemeral ? dialect.quoteIdentifier(ephemeralName(name)) : dialect.relation(draft.where);
  const accepted = acceptedValuesOf(draft.properties?.columns ?? [], context.findCheck);
  const isPrivate = draft.kind === 'model' && draft.config.access === 'private';
  const node: ReferableNode = { kind: draft.kind, id, sql, isEphemeral, ...(isPrivate ? { isPrivate } : {}), ...versionsOf(draft) };
  const facts: Fact[] = [
    { kind: 'node', name, value: node },
    { kind: 'alike', name: alikeForm(name), value: named },
  ];
  if (isPrivate) facts.push({ kind: 'private-node', name: id, value: privateNode(draft) });
  if (draft.kind === 'model' && draft.version !== undefined) facts.push(...factsOfVersion(name, draft.version, node));
  if (relation !== undefined) facts.push({ kind: 'relation', name: relationForm(relation, dialect), value: named });
  if (accepted !== undefined) facts.push({ kind: 'accepted-values', name: id, value: accepted });
  return { facts, disabled: [] };
}

function versionsOf(draft: FileDraft | SnapshotDraft): Pick<ReferableNode, 'versions'> {
  return draft.kind === 'snapshot' ? { versions: draft.config.metaColumns } : {};
}

function privateNode({ name, config, merged }: ModelDraft): PrivateNode {
  const span = merged.raw['access']?.span;
  return { name, ...(config.group === undefined ? {} : { group: config.group }), ...(span === undefined ? {} : { span }) };
}

function factsOfVersion(name: string, { model, v, latest }: ModelVersion, node: ReferableNode): readonly Fact[] {
  const value = { model, v: String(v), latest: String(latest), node };
  const isLatest = value.v === value.latest;
  return [{ kind: 'version', name, value }, ...(isLatest ? [{ kind: 'latest-version' as const, name: model, value: node }] : [])];
}

function isEphemeralDraft(draft: FileDraft | SnapshotDraft): draft is ModelDraft {
  return draft.kind === 'model' && draft.config.materialized === 'ephemeral';
}

function factsOfSource({ node, table }: DeclaredSource, { dialect, findCheck }: FileContext): readonly Fact[] {
  const sql = node.external ?? dialect.relation(node.relation);
  const accepted = acceptedValuesOf(table.columns, findCheck);
  return [
    { kind: 'source', name: `${node.sourceName}.${node.name}`, value: { id: node.id, sql } },
    ...(accepted === undefined ? [] : [{ kind: 'accepted-values' as const, name: node.id, value: accepted }]),
  ];
}

/** The draft of an ephemeral model: what others put in front of their queries has to be there before they are finished. */
export function ephemeralDraft({ head }: FileWork): ModelDraft | undefined {
  return head?.draft !== undefined && isEphemeralDraft(head.draft) ? head.draft : undefined;
}

/** What a file is itself, tests on it left out. */
export interface NodesResult {
  readonly nodes: readonly CompiledNodeUnion[];
  readonly disabled: readonly DisabledNode[];
  readonly hooks?: RunHooks;
}

/** Renders what is not rendered yet. */
export function makeNodes({ file, parsed, head, model }: FileWork, context: FileContext): NodesResult {
  if (file.kind === 'project') return { nodes: [], disabled: [], hooks: makeRunHooks(context) };
  if (parsed?.kind === 'singular-test') {
    const { tests, disabled } = compileSingularTest(parsed, context);
    return { nodes: tests, disabled };
  }
  if (parsed?.kind === 'properties') {
    const { exposures, disabled } = compileExposures(parsed, context);
    for (const exposure of exposures) checkAccess(exposure, context);
    const snapshots = (head?.snapshots ?? []).map((snapshot) => compileSnapshot(snapshot, context));
    for (const snapshot of snapshots) checkAccess(snapshot, context);
    const unit = compileUnitTests(parsed, context);
    const sources = (head?.sources ?? []).map(({ node }) => node);
    return { nodes: [...sources, ...snapshots, ...exposures, ...unit.tests], disabled: [...disabled, ...unit.disabled] };
  }
  const draft = head?.draft;
  if (draft === undefined) return { nodes: [], disabled: [] };
  const node = model ?? (draft.kind === 'seed' ? compileSeed(draft, context) : finishModel(renderModel(draft, context), context));
  checkAccess(node, context);
  return { nodes: [node], disabled: [] };
}

/** Makes the tests that are declared on what a file is. */
export function makeTests({ head }: FileWork, context: FileContext): CompiledTests {
  if (head?.draft !== undefined) return testsOfDraft(head.draft, context);
  const tests = [
    ...(head?.sources ?? []).map((source) => testsOfSource(source, context)),
    ...(head?.snapshots ?? []).map((snapshot) => testsOfDraft(snapshot, context)),
  ];
  return { tests: tests.flatMap((each) => each.tests), disabled: tests.flatMap((each) => each.disabled) };
}

function makeRunHooks({ project, environment, index, texts, diagnostics }: FileContext): RunHooks {
  const session = new Session({ environment, resolver: index, place: 'a hook of the run', takesEphemerals: false });
  const onRunStart = compileHooks(project.onRunStart, session, texts);
  const onRunEnd = compileHooks(project.onRunEnd, session, texts);
  diagnostics.push(...session.diagnostics);
  return { onRunStart, onRunEnd };
}
