/** Compares what config says of the rows of a node with the columns that these have: names, and conditions in SQL. */
import type { Binder, BoundQuery, QueryProblem } from '../adapter/analysis.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import { typeFamily } from '../checks/type-family.ts';
import { emptyText } from '../compile/compiled-text.ts';
import type { BuiltNode, CompiledModel, IndexConfig, NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/nearest.ts';
import { closingParenthesis } from '../parse/sql-scan.ts';
import { shownName } from '../graph/shown-name.ts';
import type { NodeAnalysis } from './analysis.ts';
import type { AnalyzeInput, AnalyzePorts } from './analyze-input.ts';
import { findCertain } from './describe-binding.ts';

/** Those of which the columns are known for certain. */
export async function checkConfig(
  input: AnalyzeInput,
  ports: AnalyzePorts,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const conditions: Condition[] = [];
  for (const [id, found] of nodes) {
    const node = input.graph.nodes.get(id);
    if (found.kind !== 'known' || (found.origin !== 'query' && found.origin !== 'seed')) continue;
    const { columns } = found;
    if (node?.resourceType === 'model') {
      diagnostics.push(...checkTime(input, node, columns));
      conditions.push(...conditionsOf(node, columns));
    }
    if (node?.resourceType === 'model' || node?.resourceType === 'seed' || node?.resourceType === 'snapshot') {
      diagnostics.push(...checkIndexes(input, node, columns));
      conditions.push(...conditionsOfIndexes(input, node, columns));
    }
  }
  return conditions.length === 0 ? diagnostics : [...diagnostics, ...(await checkConditions(input, ports, conditions))];
}

function whereSaid({ id, rawConfig }: BuiltNode, key: string): Where {
  return { node: id, span: rawConfig[key]?.span };
}

/** By this column the rows belong to intervals. */
function checkTime(
  { dialect: { foldIdentifier: fold } }: AnalyzeInput,
  node: CompiledModel,
  columns: readonly Column[],
): readonly Diagnostic[] {
  const column = node.config.intervals?.timeColumn;
  if (column === undefined) return [];
  const where = whereSaid(node, 'time_column');
  const found = columns.find(({ name }) => fold(name) === fold(column));
  if (found === undefined) return [diagnose('time-column-missing', { column, columns: columns.map(({ name }) => name) }, where)];
  return typeFamily(found.type) === 'time' ? [] : [diagnose('time-column-type', { column: found.name, type: found.type }, where)];
}

/** Of what has none the key is said somewhere else to be of no use. */
function indexesOf(node: BuiltNode): readonly IndexConfig[] {
  const isKept = node.resourceType !== 'model' || ['table', 'incremental'].includes(node.config.materialized);
  return isKept ? (node.config.storage?.indexes ?? []) : [];
}

/** Whether its table may have columns that the query gave once, and nobody looked. */
function mayKeepMore({ kept }: AnalyzeInput, node: BuiltNode): boolean {
  if (kept !== undefined || node.resourceType !== 'model') return false;
  return node.config.materialized === 'incremental' && node.config.onSchemaChange === 'append_new_columns';
}

/** What is in parentheses is an expression. */
function checkIndexes(input: AnalyzeInput, node: BuiltNode, columns: readonly Column[]): readonly Diagnostic[] {
  const fold = input.dialect.foldIdentifier;
  const indexes = indexesOf(node);
  if (indexes.length === 0 || mayKeepMore(input, node)) return [];
  const names = columns.map(({ name }) => name);
  const known = new Set(names.map(fold));
  const named = indexes.flatMap((index) => [...index.columns.filter((entry) => !entry.startsWith('(')), ...(index.include ?? [])]);
  return [...new Set(named)]
    .filter((column) => !known.has(fold(column)))
    .map((column) => diagnose('index-column-missing', { node: shownName(node), column, columns: names }, whereSaid(node, 'indexes')));
}

/** SQL of config that looks at the rows of a model. */
interface Condition {
  readonly node: BuiltNode;
  readonly key: string;
  /** As the user wrote it. */
  readonly condition: string;
  /** What is asked instead, where it is no condition. */
  readonly asked?: string;
  /** By which it may name the rows. */
  readonly alias: string;
  readonly relation: Relation;
  readonly columns: readonly Column[];
}

function conditionsOf(node: CompiledModel, columns: readonly Column[]): readonly Condition[] {
  const { materialized, predicates = [], events, partitionBy = [] } = node.config;
  if (materialized !== 'incremental') return [];
  const said = [
    ...predicates.map((condition) => ({ key: 'incremental_predicates', condition })),
    ...partitionBy
      .filter((entry) => entry.startsWith('('))
      .map((condition) => ({ key: 'partition_by', condition, asked: `${condition} is null` })),
    ...(events?.deleteWhen === undefined ? [] : [{ key: 'delete_when', condition: events.deleteWhen }]),
  ];
  return said.map((entry) => ({ ...entry, alias: 'target', node, columns, relation: rowsOf(node) }));
}

/**
 * An index looks at a row as a query does. What stands behind the parentheses, such as `desc`, is left to the build. It cannot name
 * the table where it is made before that has its name.
 */
function conditionsOfIndexes({ dialect, indexesStages }: AnalyzeInput, node: BuiltNode, columns: readonly Column[]): readonly Condition[] {
  const name = indexesStages ? '_tx_stage' : node.relation.name;
  const common = { key: 'indexes', alias: dialect.quoteIdentifier(name), node, columns, relation: rowsOf(node) };
  return indexesOf(node).flatMap((index) => [
    ...index.columns.flatMap((entry) => {
      const close = entry.startsWith('(') ? closingParenthesis(entry, 1) : undefined;
      const condition = entry.slice(0, close?.end);
      return close === undefined ? [] : [{ ...common, condition, asked: `${condition} is null` }];
    }),
    ...(index.where === undefined ? [] : [{ ...common, condition: index.where }]),
  ]);
}

/** What stands for the rows of a node. */
function rowsOf({ id }: BuiltNode): Relation {
  return { schema: '_tx_conditions', name: id };
}

/** Each is bound as the run asks for it before it changes anything. */
async function checkConditions(input: AnalyzeInput, ports: AnalyzePorts, conditions: readonly Condition[]): Promise<readonly Diagnostic[]> {
  const { binder } = ports;
  const stubs = new Map(conditions.map(({ node, relation, columns }) => [node.id, { relation, columns }]));
  const refused = new Set((await binder.declare([...stubs.values()])).map(({ relation }) => relation.name));
  const diagnostics: Diagnostic[] = [];
  const asked: (Condition & { readonly sql: string })[] = [];
  for (const entry of conditions) {
    if (refused.has(entry.relation.name)) continue;
    // The newline ends a trailing line comment of the user.
    const sql = `select 1 from ${input.dialect.relation(entry.relation)} as ${entry.alias} where (${entry.asked ?? entry.condition}\n)`;
    const problem = await binder.checkQuery(sql);
    if (problem === undefined) asked.push({ ...entry, sql });
    else diagnostics.push(describe(entry, messageOf(problem)));
  }
  const bindings = asked.length === 0 ? [] : await bindAll(binder, asked);
  for (const [at, entry] of asked.entries()) {
    const binding = bindings[at];
    if (binding?.kind === 'bound') {
      diagnostics.push(...misfitsOf(binding.query).map((message) => describe(entry, message)));
      continue;
    }
    const certain =
      binding === undefined ? undefined : await findCertain(input, ports, entry.node, { ...emptyText, sql: entry.sql }, binding.error);
    if (certain === undefined || namesOwnTable(input, entry, certain)) continue;
    if (certain.kind === 'unknown-column' && mayKeepMore(input, entry.node)) continue;
    diagnostics.push(certain.beforeColumn === true ? withoutTable(entry, certain) : describe(entry, certain.message, certain.name));
  }
  return diagnostics;
}

/** Whether it names the table with its schema, as an index may that is made where the table has its name. */
function namesOwnTable({ dialect, indexesStages }: AnalyzeInput, { key, node }: Condition, error: EngineErrorDetails): boolean {
  if (key !== 'indexes' || indexesStages || error.beforeColumn !== true || error.name === undefined) return false;
  const fold = dialect.foldIdentifier;
  return fold(error.name) === fold(`${node.relation.schema}.${node.relation.name}`);
}

function bindAll(binder: Binder, asked: readonly { readonly sql: string; readonly relation: Relation }[]): ReturnType<Binder['bind']> {
  return binder.bind(asked.map(({ sql, relation }) => ({ sql, reads: [relation] })));
}

function describe({ node, key, condition, columns }: Condition, message: string, name?: string): Diagnostic {
  const near =
    name === undefined
      ? undefined
      : didYouMean(
          name,
          columns.map((column) => column.name),
        );
  return diagnose(
    'condition-wrong',
    { key, condition, message },
    { ...whereSaid(node, key), ...(near === undefined ? {} : { help: near }) },
  );
}

/** Of a name before a column that is none of the rows. */
function withoutTable({ node, key, condition }: Condition, { message, name }: EngineErrorDetails): Diagnostic {
  const help =
    key === 'indexes' && name !== undefined ? { help: `leave \`${name}.\` away: an index sees nothing but a row of its table` } : {};
  return diagnose('condition-wrong', { key, condition, message }, { ...whereSaid(node, key), ...help });
}

function messageOf(problem: QueryProblem): string {
  return problem.kind === 'syntax' ? problem.message : 'it is not one condition';
}

function misfitsOf({ misfits }: BoundQuery): readonly string[] {
  return misfits.map(({ from, to, value }) =>
    value === undefined ? `values of type \`${from}\` cannot become \`${to}\`` : `the text '${value}' is no \`${to}\``,
  );
}
