/** Compares the columns that a query has with what the project says about them. */
import { hasSpans } from '../adapter/declared-partitions.ts';
import type { BoundColumn } from '../adapter/analysis.ts';
import type { Column } from '../adapter/relation.ts';
import { findArgumentProblems, findColumnProblem } from '../checks/find-column-problem.ts';
import type { KnownColumns } from '../checks/find-column-problem.ts';
import { placeInCompiled } from '../compile/compiled-excerpt.ts';
import { tokenLength } from '../compile/engine-diagnostic.ts';
import { placeOfColumn } from '../compile/query-place.ts';
import type { CompiledModel, CompiledSnapshot, CompiledText, NodeId } from '../compile/compiled.ts';
import { listMetaColumns } from '../compile/snapshots.ts';
import { findVersionProblems, versionPlaces, versionRules } from '../compile/version-problems.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';
import { shownName } from '../graph/shown-name.ts';
import type { NodeAnalysis } from './analysis.ts';
import type { AnalyzeInput } from './analyze-input.ts';

function fileStart(node: CompiledModel): Where {
  return { node: node.id, span: { path: node.path, start: 0, end: 0 } };
}

/** Columns that the engine had to name by itself; only those that repeat a name, where the others are not as they are written. */
export function checkNames(
  node: CompiledModel,
  text: CompiledText,
  columns: readonly BoundColumn[],
  which: 'all' | 'repeated' = 'all',
): readonly Diagnostic[] {
  const where = (at: number): Where => {
    const offset = placeOfColumn(text.sql, at, columns.length);
    const place = offset === undefined ? undefined : placeInCompiled(text, offset, tokenLength(text.sql, offset, undefined));
    return place === undefined ? fileStart(node) : { node: node.id, ...place };
  };
  return columns.flatMap(({ name, unnamed, duplicateOf }, at) => {
    if (duplicateOf !== undefined) return [diagnose('duplicate-column', { column: duplicateOf, becomes: name }, where(at))];
    return unnamed === true && which === 'all' ? [diagnose('unnamed-column', { column: name, position: at + 1 }, where(at))] : [];
  });
}

/** Keys by which rows are told apart have to be there. Names fold as the engine folds them. */
export function checkKeys(node: CompiledModel, columns: readonly Column[]): readonly Diagnostic[] {
  if (node.config.materialized !== 'incremental') return [];
  const names = columns.map(({ name }) => name);
  const span = node.rawConfig['unique_key']?.span;
  return node.config.uniqueKey
    .filter((key) => !names.some((name) => name.toLowerCase() === key.toLowerCase()))
    .map((key) => diagnose('key-column-missing', { key, columns: names }, span === undefined ? fileStart(node) : { node: node.id, span }));
}

/** What a snapshot needs of the rows that it looks at, which stand before the columns that it adds. */
export function checkVersions(node: CompiledSnapshot, columns: readonly Column[], fold: (name: string) => string): readonly Diagnostic[] {
  const rows = columns.slice(0, columns.length - listMetaColumns(node.config.metaColumns).length);
  return findVersionProblems({ id: node.id, name: node.name, rules: versionRules(node), places: versionPlaces(node) }, rows, fold);
}

/** A merge changes columns that are there. */
export function checkMergeColumns(node: CompiledModel, columns: readonly Column[]): readonly Diagnostic[] {
  const { materialized, mergeColumns } = node.config;
  if (materialized !== 'incremental' || mergeColumns === undefined) return [];
  const names = columns.map(({ name }) => name);
  const span = node.rawConfig[mergeColumns.rule === 'only' ? 'merge_update_columns' : 'merge_exclude_columns']?.span;
  return mergeColumns.columns
    .filter((column) => !names.some((name) => name.toLowerCase() === column.toLowerCase()))
    .map((column) =>
      diagnose('merge-column-missing', { column, columns: names }, span === undefined ? fileStart(node) : { node: node.id, span }),
    );
}

/** Partitions and folders are told apart by columns that are there; what is written in parentheses is an expression. */
export function checkPartitions(node: CompiledModel, columns: readonly Column[], fold: (name: string) => string): readonly Diagnostic[] {
  const { materialized, external, partitionBy: ofIncrements = [] } = node.config;
  const partitionBy = external?.partitionBy ?? (materialized === 'incremental' ? ofIncrements : []);
  const names = columns.map(({ name }) => name);
  const known = new Set(names.map(fold));
  const located = node.rawConfig['partition_by'];
  return partitionBy
    .flatMap((entry, at) => (entry.startsWith('(') || known.has(fold(entry)) ? [] : [{ column: entry, at }]))
    .map(({ column, at }) => {
      const where = { node: node.id, span: located?.parts?.[at] ?? located?.span };
      return diagnose('partition-column-missing', { column, columns: names, inFolders: external !== undefined }, where);
    })
    .concat(checkSpans(node, columns, fold));
}

/** Days, months and years are cut out of dates and timestamps. */
function checkSpans({ id, config, rawConfig }: CompiledModel, columns: readonly Column[], fold: (name: string) => string): Diagnostic[] {
  const { partitionBy: [column = ''] = [], partitionGranularity: granularity } = config;
  const found = columns.find(({ name }) => fold(name) === fold(column));
  if (granularity === undefined || granularity === 'value' || found === undefined || hasSpans(found.type)) return [];
  const problem = { column: found.name, type: found.type, granularity };
  return [diagnose('partition-column-type', problem, { node: id, span: rawConfig['partition_granularity']?.span })];
}

/** Events are put in order by a column that they have. */
export function checkSequence(node: CompiledModel, columns: readonly Column[], fold: (name: string) => string): readonly Diagnostic[] {
  const { events } = node.config;
  const names = columns.map(({ name }) => name);
  if (events === undefined || names.some((name) => fold(name) === fold(events.sequenceBy))) return [];
  const problem = { problem: 'no column', column: events.sequenceBy, relation: node.name, columns: names } as const;
  return [diagnose('sequence-wrong', problem, { node: node.id, span: node.rawConfig['sequence_by']?.span })];
}

/** The words that make the model incremental, where they are about it alone. */
function whereMaterialized(node: CompiledModel): Where {
  const span = node.rawConfig['materialized']?.span;
  return span !== undefined && (span.path === node.path || span.path === node.propertiesPath) ? { node: node.id, span } : fileStart(node);
}

/** The two texts of an incremental model have to give the same columns, or its table depends on how it was built. */
export function checkIncrement(
  node: CompiledModel,
  full: readonly Column[],
  incremental: readonly Column[],
  fold: (name: string) => string,
): readonly Diagnostic[] {
  const later = new Map(incremental.map((column) => [fold(column.name), column]));
  const first = new Set(full.map(({ name }) => fold(name)));
  const missing = full.filter(({ name }) => !later.has(fold(name))).map(({ name }) => name);
  const extra = incremental.filter(({ name }) => !first.has(fold(name))).map(({ name }) => name);
  const retyped = full.flatMap(({ name, type }) => {
    const other = later.get(fold(name));
    return other === undefined || other.type === type ? [] : [{ name, full: type, incremental: other.type }];
  });
  if (missing.length + extra.length + retyped.length === 0) return [];
  return [diagnose('incremental-columns-differ', { missing, extra, retyped }, whereMaterialized(node))];
}

/** Tests that stand on a column which their node does not have, or name one that is not where they look for it. */
export function checkTests(
  { graph, dialect }: AnalyzeInput,
  inScope: ReadonlySet<NodeId>,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
): readonly Diagnostic[] {
  const known = (id: NodeId): KnownColumns | undefined => {
    const found = nodes.get(id);
    return found?.kind === 'known' ? { relation: graph.nodes.get(id)?.name ?? id, columns: found.columns } : undefined;
  };
  return [...inScope].flatMap((id) => {
    const node = graph.nodes.get(id);
    if (node?.resourceType !== 'test' || node.test.kind !== 'generic') return [];
    const { check, args, column, attachedTo } = node.test;
    const tested = known(attachedTo);
    if (tested === undefined) return [];
    const compared = node.dependsOn.flatMap(({ id: parent }) => (parent === attachedTo ? [] : [parent]));
    // A test that compares a relation with itself has no other parent.
    const other = compared.length > 1 ? undefined : known(compared[0] ?? attachedTo);
    const input = { check, args, ...tested, fold: dialect.foldIdentifier, span: node.span, node: id };
    const own = column === undefined ? undefined : findColumnProblem({ ...input, column });
    return [...(own === undefined ? [] : [own]), ...findArgumentProblems(input, other)];
  });
}

/** Columns that a property file describes and that are not there. A contract and tests say so in their own words. */
export function checkDescribed(
  { graph, dialect: { foldIdentifier: fold } }: AnalyzeInput,
  inScope: ReadonlySet<NodeId>,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
): readonly Diagnostic[] {
  const tested = new Set(
    [...inScope].flatMap((id) => {
      const node = graph.nodes.get(id);
      if (node?.resourceType !== 'test' || node.test.kind !== 'generic' || node.test.column === undefined) return [];
      return [`${node.test.attachedTo} ${fold(node.test.column)}`];
    }),
  );
  return [...inScope].flatMap((id) => {
    const node = graph.nodes.get(id);
    const found = nodes.get(id);
    if (node === undefined || !('columns' in node) || found?.kind !== 'known' || found.origin === 'declared') return [];
    if (node.resourceType === 'model' && node.config.contract === true) return [];
    const columns = found.columns.map(({ name }) => name);
    const known = new Set(columns.map(fold));
    return node.columns
      .filter(({ name }) => !known.has(fold(name)) && !tested.has(`${id} ${fold(name)}`))
      .map(({ name, span }) => diagnose('described-column-missing', { node: shownName(node), column: name, columns }, { node: id, span }));
  });
}
