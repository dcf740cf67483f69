/** Compares declared types of models with the types that their queries have, both as the engine spells them. */
import type { Binder, Stub } from '../adapter/analysis.ts';
import type { Column, Relation } from '../adapter/relation.ts';
import type { CompiledModel, CompiledSource, NodeId } from '../compile/compiled.ts';
import { differencesOf, tableOfDifferences } from '../compile/contract.ts';
import type { ColumnDifference } from '../compile/contract.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { KnownColumns, NodeAnalysis } from './analysis.ts';
import type { AnalyzeInput } from './analyze-input.ts';

interface Declared {
  readonly node: CompiledModel;
  readonly found: KnownColumns;
  readonly stub: Stub;
}

/** The engine spells a type when it is asked for the columns of a table that has it: one declaration and one query per model with types. */
export async function checkDeclaredTypes(
  input: AnalyzeInput,
  binder: Binder,
  nodes: ReadonlyMap<NodeId, NodeAnalysis>,
): Promise<readonly Diagnostic[]> {
  const declared = [...nodes].flatMap(([id, found]): readonly Declared[] => {
    const node = input.graph.nodes.get(id);
    if (node?.resourceType !== 'model' || found.kind !== 'known') return [];
    const columns = node.columns.flatMap(({ name, dataType }) => (dataType === undefined ? [] : [{ name, type: dataType }]));
    return columns.length === 0 ? [] : [{ node, found, stub: { relation: { schema: '_tx_types', name: id }, columns } }];
  });
  if (declared.length === 0) return [];
  const problems = await binder.declare(declared.map(({ stub }) => stub));
  const refused = new Map(problems.map((problem): [Relation, string | undefined] => [problem.relation, problem.column]));
  const sound = declared.filter(({ stub }) => !refused.has(stub.relation));
  const spelled = await binder.bind(
    sound.map(({ stub: { relation } }) => ({ sql: `select * from ${input.dialect.relation(relation)}`, reads: [relation] })),
  );
  const differing = sound.flatMap((entry, at) => {
    const binding = spelled[at];
    // What nobody could type has the columns that it is described with, and says nothing against them.
    return binding?.kind === 'bound' && entry.found.origin === 'query' ? compare(input, entry, binding.query.columns) : [];
  });
  const unknown = declared.flatMap(({ node, stub }) => describeUnknownType(input, node, stub.columns, refused.get(stub.relation)));
  return [...differing, ...unknown];
}

function compare(
  { dialect }: AnalyzeInput,
  { node, found }: Declared,
  spelled: readonly { readonly name: string; readonly type: string }[],
): readonly Diagnostic[] {
  const fold = dialect.foldIdentifier;
  const actual = new Map(found.columns.map((column) => [fold(column.name), column]));
  if (node.config.contract === true) return breachOfContract(node, differencesOf(spelled, found.columns, fold));
  return spelled.flatMap(({ name, type }) => {
    const has = actual.get(fold(name));
    return has === undefined || has.type === type
      ? []
      : [diagnose('declared-type-differs', { column: has.name, declared: type, actual: has.type }, whereDeclared(node, name, fold))];
  });
}

/** The target would refuse it too. */
function breachOfContract(node: CompiledModel, differences: readonly ColumnDifference[]): readonly Diagnostic[] {
  if (differences.length === 0) return [];
  const { schema, name } = node.relation;
  const notes = tableOfDifferences(differences).map((message) => ({ message }));
  const span = node.rawConfig['contract']?.span ?? whereDeclared(node).span;
  const problem = { relation: `${schema}.${name}`, ofTable: false, count: differences.length };
  const help = 'cast or name the columns in the query, or correct `columns:`';
  return [diagnose('contract-broken', problem, { node: node.id, span, notes, help })];
}

/** What stands for the target has no types that somebody may have made there, and a hook may make one. */
export function describeUnknownType(
  { isOffline, hooks, dialect }: AnalyzeInput,
  node: CompiledModel | CompiledSource,
  columns: readonly Column[],
  blamed: string | undefined,
): readonly Diagnostic[] {
  const type = columns.find(({ name }) => name === blamed)?.type;
  if (blamed === undefined || type === undefined || isOffline === true || hooks) return [];
  return [diagnose('declared-type-unknown', { column: blamed, type }, whereDeclared(node, blamed, dialect.foldIdentifier))];
}

function whereDeclared(
  node: CompiledModel | CompiledSource,
  column?: string,
  fold?: (name: string) => string,
): Where & { readonly span: Span } {
  const described = column === undefined ? undefined : node.columns.find(({ name }) => fold?.(name) === fold?.(column));
  return { node: node.id, span: described?.typeSpan ?? described?.span ?? { path: node.propertiesPath ?? node.path, start: 0, end: 0 } };
}
