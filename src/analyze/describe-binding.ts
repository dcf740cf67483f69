/** Turns what the binder says of a query into diagnostics on the user's own lines. */
import { textPath } from '../compile/text-path.ts';
import type { BoundQuery, TypeMisfit } from '../adapter/analysis.ts';
import { withOtherArguments } from '../adapter/engine-error.ts';
import type { EngineErrorDetails, EngineErrorKind } from '../adapter/engine-error.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import { embed } from '../adapter/statement.ts';
import type { BuiltNode, CompiledText } from '../compile/compiled.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { ancestors } from '../graph/traverse.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { AnalyzeInput, AnalyzePorts } from './analyze-input.ts';
import { blameBranches } from './blame-branches.ts';
import { readRelationName } from './read-relation-name.ts';
import type { NamedRelation } from './read-relation-name.ts';
import type { QueryNode } from './waves.ts';

/** What the binder refuses whatever stands in the target. */
const alwaysWrong: ReadonlySet<EngineErrorKind> = new Set(['syntax', 'unknown-column', 'type-mismatch', 'ambiguous', 'meaningless']);

/**
 * The error that the target would give too; undefined where it may do otherwise. A name that the project does not refer to may
 * stand in the target, unless somebody looked; functions and types may be made by hand there, or by a hook.
 */
export async function findCertain(
  input: AnalyzeInput,
  ports: Pick<AnalyzePorts, 'catalog' | 'elsewhere' | 'names'>,
  node: QueryNode | BuiltNode,
  { sql }: CompiledText,
  error: EngineErrorDetails,
): Promise<EngineErrorDetails | undefined> {
  const { kind, position, beforeColumn } = error;
  if (kind === 'type-mismatch' && input.isOffline === true) return undefined;
  if (ofNames.has(kind) && (await mayBeMadeByHand(input, ports, node, sql, kind))) return undefined;
  // No row is read yet: the value stands in the text.
  if (kind === 'conversion') return { mistake: 'value-of-another-type', ...error };
  if (alwaysWrong.has(kind) || beforeColumn === true) return error;
  // What is kept as a relation cannot have them; elsewhere they do no harm until somebody names one.
  if (kind === 'duplicate-column') return node.resourceType === 'model' && node.config.materialized !== 'ephemeral' ? error : undefined;
  if (kind === 'unknown-function' || kind === 'unknown-type') return findUnknownName(input, ports, error);
  if (kind !== 'unknown-relation') return undefined;
  if (input.hooks || input.hookEffects().mayMakeNames || (node.resourceType !== 'test' && node.preHooks.length > 0)) return undefined;
  const name = position === undefined ? undefined : readRelationName(sql, position);
  if (name === undefined || input.hookEffects().mayChange(name.name)) return undefined;
  const { schema } = name;
  const standing = await (schema === undefined || isLookedAt(input, schema) ? ports.catalog() : ports.elsewhere(schema));
  return standing !== undefined && !mayStand(input, name, standing) ? error : undefined;
}

/** What is right where a relation has other columns, or a function of the name takes others. */
const ofNames: ReadonlySet<EngineErrorKind> = new Set(['unknown-column', 'type-mismatch', 'ambiguous']);

/** Whether a hook, or somebody in the target, has made other things of the names of a query than what it was bound with. */
async function mayBeMadeByHand(
  input: AnalyzeInput,
  { names }: Pick<AnalyzePorts, 'names'>,
  { id }: Pick<QueryNode | BuiltNode, 'id'>,
  sql: string,
  kind: EngineErrorKind,
): Promise<boolean> {
  const { graph } = input;
  const effects = input.hookEffects();
  if (kind !== 'unknown-column' && effects.mayMakeNames) return true;
  // Columns of what is above go on to what is below.
  const above = [...ancestors(graph, [id]), id].flatMap((other) => graph.nodes.get(other) ?? []);
  if (above.some((other) => 'relation' in other && effects.mayChange(other.relation.name))) return true;
  const { replaced = [] } = (await names()) ?? {};
  return replaced.length > 0 && namesIn(sql).some((name) => replaced.includes(name));
}

/** In small letters. */
function namesIn(sql: string): readonly string[] {
  return sql.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [];
}

/** With the names that the target has, for the near one. */
async function findUnknownName(
  input: AnalyzeInput,
  { catalog, names }: Pick<AnalyzePorts, 'catalog' | 'names'>,
  error: EngineErrorDetails,
): Promise<EngineErrorDetails | undefined> {
  const fold = input.dialect.foldIdentifier;
  const { kind, name, candidates = [], signatures } = error;
  if (input.isOffline === true || input.hooks || name === undefined || input.hookEffects().mayMakeNames) return undefined;
  const own = fold(name.replace(/^.*\./, ''));
  // The rows of a relation have a type of its name.
  if (input.hookEffects().mayChange(own)) return undefined;
  if (kind === 'unknown-type' && mayStand(input, { name: own }, (await catalog()) ?? [])) return undefined;
  // It was asked where the target is.
  if (signatures !== undefined && signatures.length > 0) return withOtherArguments(error, signatures);
  const found = await names();
  if (found === undefined) return signatures === undefined ? undefined : error;
  const known = kind === 'unknown-function' ? found.functions : found.types;
  // Where the target itself was asked, what has the name is in another schema.
  if (known.some((other) => fold(other) === own)) return signatures === undefined ? undefined : error;
  // Of thousands of names many are near; what the engine itself offers may be none of them.
  return { ...error, candidates: nearest(own, new Set([...candidates, ...known]), 1) };
}

/** Whether it is one of those of which the catalog tells everything. */
function isLookedAt({ dialect, schemas }: AnalyzeInput, schema: string): boolean {
  const fold = dialect.foldIdentifier;
  return schemas().some((looked) => fold(looked) === fold(schema));
}

/** Whether the relation is there, or will be made by the project. */
function mayStand({ graph, dialect }: AnalyzeInput, { schema, name }: NamedRelation, standing: readonly CatalogRelation[]): boolean {
  const fold = dialect.foldIdentifier;
  const isIt = (relation: Relation): boolean =>
    fold(relation.name) === fold(name) && (schema === undefined || fold(relation.schema) === fold(schema));
  if (standing.some(({ relation }) => isIt(relation))) return true;
  return [...graph.nodes.values()].some((other) => 'relation' in other && other.resourceType !== 'source' && isIt(other.relation));
}

export function describeRefusal(
  { engine, compiledPath }: AnalyzeInput,
  node: QueryNode,
  text: CompiledText,
  error: EngineErrorDetails,
): Diagnostic {
  return engineDiagnostic(error, engine, embed('', { node: node.id, sql: text.sql }), {
    node: node.id,
    text,
    span: node.resourceType === 'snapshot' ? node.span : { path: node.path, start: 0, end: 0 },
    compiledPath: compiledPath(textPath(node)),
  });
}

/**
 * Values that would fail the query with the first one that is not NULL. A text is only warned of: where no row comes by, and in
 * a view that nobody reads, nothing fails.
 */
export function describeMisfits(
  input: AnalyzeInput,
  node: QueryNode,
  text: CompiledText,
  misfits: readonly TypeMisfit[],
): readonly Diagnostic[] {
  return blameBranches(text.sql, misfits).map(({ from, to, position, value }) => {
    const message = value === undefined ? `values of type \`${from}\` cannot become \`${to}\`` : `the text '${value}' is no \`${to}\``;
    const details: EngineErrorDetails = {
      kind: value === undefined ? 'type-mismatch' : 'conversion',
      message,
      redacted: message,
      retry: 'never',
      mistake: value === undefined ? 'no-cast' : 'value-of-another-type',
    };
    const told = describeRefusal(input, node, text, position === undefined ? details : { ...details, position });
    return value === undefined ? told : { ...told, severity: 'warning' as const };
  });
}

/** Lineage is said to be what it is: never less than there is, and sometimes more. */
export function describeOpaque(node: QueryNode, { opaque }: BoundQuery): readonly Diagnostic[] {
  if (opaque.length === 0 || node.resourceType === 'test') return [];
  const parts = opaque.map(({ kind, name }) => (kind === 'plan' ? 'the whole query' : name));
  return [diagnose('lineage-not-followed', { node: node.name, parts }, { node: node.id, span: { path: node.path, start: 0, end: 0 } })];
}
