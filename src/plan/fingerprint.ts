/**
 * What decides about a relation beside the data that it reads, a value or a hash for each thing by its name. Two builds with the
 * same fingerprint that read the same data give the same relation; two that differ say by these names in what.
 */
import { hash } from 'node:crypto';
import type { BuiltNode, CompiledModel, CompiledSeed, CompiledSnapshot, CompiledText, NodeId } from '../compile/compiled.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { hashText } from './build-context.ts';
import { describeAndGrant } from './plan-storage.ts';
import type { PlanInput } from './plan-input.ts';
import { readSql } from './read-sql.ts';
import type { KnownNames, SqlFacts } from './read-sql.ts';

export type Fingerprint = Readonly<Record<string, string>>;

/** Raised when this version makes something else of the same project than the one before. */
const meaning = '1';

/** Why a relation is built whenever it is selected, by the name of its part of the fingerprint. */
export const unsteadyPart = 'asks for';

/** How the table is divided, where it is. */
export const granularityPart = 'partition_granularity';

/** How the file of a seed is read; the hash of the file covers it too. */
export const readingPart = 'column types or delimiter';

/** `recorded` is the last build of the node: what was found out about a text need not be found out again. */
export function fingerprintOf(input: PlanInput, node: BuiltNode, recorded: RecordedBuild | undefined): Fingerprint {
  const parts: Record<string, string> = { tx: meaning, engine: input.dialect.engine };
  const note = (name: string, value: unknown): void => {
    if (value !== undefined) parts[name] = typeof value === 'string' ? value : digest(value);
  };
  // Hooks before the run may define what queries call.
  if (input.onRunStart.length > 0)
    note(
      'on_run_start',
      input.onRunStart.map(({ text }) => text.sql),
    );
  if (node.resourceType === 'seed') {
    note('file', input.seeds.get(node.id)?.contentHash);
    note(readingPart, readingOf(node));
  } else if (!noteKnown(input, node, recorded, note)) noteQueries(input, node, note);
  if (node.resourceType === 'model') noteModel(input, node, note);
  if (node.resourceType === 'snapshot') {
    const { strategy, uniqueKey, updatedAt, checkColumns, hardDeletes, validToCurrent, metaColumns } = node.config;
    note('snapshot', { strategy, uniqueKey, updatedAt, checkColumns, hardDeletes, validToCurrent, metaColumns });
  }
  const { storage } = node.config;
  // What a relation is made with cannot be given to it later on every engine.
  note('indexes', storage?.indexes);
  note('unlogged', storage?.unlogged === true ? 'true' : undefined);
  if ('contract' in node.config && node.config.contract === true)
    note(
      'contract',
      node.columns.map(({ name, dataType }) => [name, dataType]),
    );
  if ('constraints' in node && node.constraints.length > 0)
    note(
      'constraints',
      node.constraints.map(({ type, columns, name, expression, to }) => [type, columns, name, expression, to?.sql, to?.columns]),
    );
  return parts;
}

/** Undefined where nothing is declared. */
function readingOf({ config: { columnTypes, delimiter } }: CompiledSeed): readonly unknown[] | undefined {
  const types = Object.entries(columnTypes).map(([column, { value }]) => [column, value] as const);
  return types.length === 0 && delimiter === undefined ? undefined : [delimiter, types.toSorted(([a], [b]) => (a < b ? -1 : 1))];
}

type Note = (name: string, value: unknown) => void;

/** The same text with the same parents, of which this version has read all that it looks for; false where it is another. */
function noteKnown(input: PlanInput, node: BuiltNode, recorded: RecordedBuild | undefined, note: Note): boolean {
  if (node.resourceType !== 'model' || node.incremental !== undefined || recorded?.memory === undefined) return false;
  const { fingerprint, inputs } = recorded.memory;
  const parents = input.graph.parents.get(node.id) ?? [];
  const isSame =
    fingerprint['tx'] === meaning &&
    fingerprint['sql of an increment'] === undefined &&
    fingerprint[unsteadyPart] === undefined &&
    parents.length === Object.keys(inputs).length &&
    parents.every((id) => inputs[id] !== undefined) &&
    recorded.contentHash === hashText(node.full.sql);
  if (isSame) note('sql', fingerprint['sql']);
  return isSame;
}

/** The compiled texts: values of variables and of the environment are in them; those of the run are slots. */
function noteQueries(input: PlanInput, node: CompiledModel | CompiledSnapshot, note: Note): void {
  const known = namesKnownTo(input, node);
  const read = (text: CompiledText): SqlFacts => readSql(text.sql, known);
  const full = read(node.resourceType === 'model' ? node.full : node.current);
  note('sql', full.hash);
  const increment = node.resourceType === 'model' && node.incremental !== undefined ? read(node.incremental) : undefined;
  note('sql of an increment', increment?.hash);
  const slot = slotOf(node);
  note(unsteadyPart, slot === undefined ? (full.unsteady ?? increment?.unsteady) : `{{${slot}}}`);
}

/** A value of the run that stands in a text. */
function slotOf(node: CompiledModel | CompiledSnapshot): string | undefined {
  // The time of the run is noted of versions that are new, not looked at.
  const texts = node.resourceType === 'model' ? [node.full, node.incremental] : [node.current];
  return texts.flatMap((text) => text?.slots ?? []).find(({ name }) => name !== 'columns')?.name;
}

function noteModel(input: PlanInput, { id, config }: CompiledModel, note: Note): void {
  note('materialized', config.materialized);
  if (config.external !== undefined) {
    const { location, format, partitionBy, options } = config.external;
    note('location', location);
    note('files', [format, partitionBy, options]);
  }
  if (config.materialized === 'incremental') {
    note('unique_key', config.uniqueKey.length === 0 ? undefined : config.uniqueKey.join(', '));
    note('incremental_strategy', config.incrementalStrategy);
    note('merge columns', config.mergeColumns);
    note('incremental_predicates', config.predicates);
    note('partition_by', config.partitionBy);
    note(granularityPart, config.partitionGranularity);
    note('sequence_by', config.events?.sequenceBy);
    note('deletions', config.events?.deleteWhen);
    note('on_schema_change', config.onSchemaChange);
  }
  // Tests that set rows aside are part of how a model is built, and their limits say whether it is.
  const rules = (input.graph.children.get(id) ?? []).flatMap((child) => {
    const test = input.graph.nodes.get(child);
    return test?.resourceType === 'test' && test.config.onFail === 'quarantine' ? [test] : [];
  });
  if (rules.length > 0)
    note(
      'quarantine',
      rules.map(({ test, config }) => {
        const { where, onNull, groupBy, keep, severity, warnIf, errorIf } = config;
        return [test, where, onNull, groupBy, keep, severity, warnIf.text, errorIf.text];
      }),
    );
}

/** Of what is said about a relation and is not in it: comments and rights. */
export function metadataOf(input: PlanInput, node: BuiltNode, kind: 'table' | 'view' | 'materialized view'): string {
  return digest(describeAndGrant(input, node, kind));
}

export function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex').slice(0, 32);
}

/** What the text of a node may read without anybody wondering: its parents, those of ephemeral ones, and its own relation. */
export function namesKnownTo(input: PlanInput, node: GraphNode): KnownNames {
  const { graph, dialect } = input;
  const fold = dialect.foldIdentifier;
  const names = new Set<string>();
  const calls = new Set<string>();
  const add = (known: GraphNode): void => {
    if (!('relation' in known)) return;
    if (known.resourceType === 'source' && known.external !== undefined) calls.add(known.external);
    const { database, schema, name } = known.relation;
    names.add(JSON.stringify([...(database === undefined ? [] : [database]), schema, name].map(fold)));
  };
  add(node);
  const seen = new Set<NodeId>();
  const stack = [...(graph.parents.get(node.id) ?? [])];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const parent = graph.nodes.get(id);
    if (seen.has(id) || parent === undefined) continue;
    seen.add(id);
    add(parent);
    if (parent.resourceType === 'model' && parent.config.materialized === 'ephemeral') stack.push(...(graph.parents.get(id) ?? []));
  }
  return { steadiness: dialect.steadiness, calls, isKnown: (parts) => names.has(JSON.stringify(parts.map(fold))) };
}
