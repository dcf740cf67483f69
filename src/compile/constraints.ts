/** Makes constraints of what property files say: references are resolved, texts rendered, and what cannot hold is reported. */
import { diagnose, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { ColumnProperties, ConstraintProperties } from '../parse/definitions.ts';
import type { CompiledConstraint, NodeId } from './compiled.ts';
import type { ModelDraft, SeedDraft } from './drafts.ts';
import type { FileContext } from './file-context.ts';
import { resolveRelation } from './test-arguments.ts';
import { renderFragment } from './test-config.ts';

interface Constraints {
  readonly constraints: readonly CompiledConstraint[];
  /** Relations that foreign keys point to. */
  readonly uses: { readonly dependencies: ReadonlyMap<NodeId, Span>; readonly macros: ReadonlySet<string> };
}

interface Written extends ConstraintProperties {
  readonly onColumn: boolean;
}

/** The constraints of a node, those of its columns first. A contract that does not say all of its columns is reported with them. */
export function compileConstraints(draft: ModelDraft | SeedDraft, context: FileContext): Constraints {
  const columns = draft.properties?.columns ?? [];
  const written = [...columns.flatMap(ofColumn), ...(draft.properties?.constraints ?? []).map((each) => ({ ...each, onColumn: false }))];
  const dependencies = new Map<NodeId, Span>();
  const uses = { dependencies, macros: new Set<string>() };
  const before = context.diagnostics.length;
  if (draft.config.contract === true) context.diagnostics.push(...checkContract(draft, columns));
  const constraints = written.flatMap((each): readonly CompiledConstraint[] => {
    const problems = [...findProblems(each, draft, context)];
    context.diagnostics.push(...problems);
    const compiled = problems.length === 0 ? compileConstraint(each, context) : undefined;
    if (compiled?.to !== undefined && compiled.to.id !== draft.id) dependencies.set(compiled.to.id, compiled.span);
    return compiled === undefined ? [] : [compiled];
  });
  context.diagnostics.push(...findRepeated(constraints, draft.id));
  if (hasErrors(context.diagnostics.slice(before))) context.broken.push(draft.id);
  return { constraints, uses };
}

function ofColumn({ name, constraints }: ColumnProperties): readonly Written[] {
  return constraints.map((each) => ({ ...each, columns: [name], onColumn: true }));
}

function compileConstraint(written: Written, context: FileContext): CompiledConstraint | undefined {
  const { type, columns, onColumn, name, expression, to, toColumns, span } = written;
  const target = to === undefined ? undefined : resolveRelation(to.value.trim(), to.span, context);
  if (to !== undefined && target === undefined) return undefined;
  if (to !== undefined && target?.isEphemeral === true) {
    context.diagnostics.push(
      diagnose('constraint-wrong', { type, problem: 'points to an ephemeral model, which is no table' }, { span: to.span }),
    );
    return undefined;
  }
  return {
    type,
    columns,
    onColumn,
    span,
    ...(name === undefined ? {} : { name: name.value }),
    ...(expression === undefined
      ? {}
      : { expression: renderFragment(expression.value, expression.span, 'the expression of a constraint', context) }),
    ...(to === undefined || target === undefined ? {} : { to: { id: target.id, text: to.value, sql: target.sql, columns: toColumns } }),
  };
}

/** What is wrong with one constraint; nothing else is said of one that a relation without rows of its own cannot have. */
function findProblems(written: Written, { id, ...draft }: ModelDraft | SeedDraft, { dialect }: FileContext): readonly Diagnostic[] {
  const { type, columns, expression, to, toColumns, name, span } = written;
  const materialized = draft.kind === 'model' ? draft.config.materialized : 'table';
  if (materialized !== 'table' && materialized !== 'incremental') {
    return [diagnose('constraint-without-effect', { type, materialized }, { span, node: id })];
  }
  const problems: string[] = [];
  if ((type === 'check') !== (expression !== undefined && expression.value.trim() !== ''))
    problems.push(type === 'check' ? 'needs an `expression`' : 'has no `expression`');
  if (type !== 'check' && columns.length === 0) problems.push('needs `columns`');
  if (new Set(columns.map(dialect.foldIdentifier)).size < columns.length) problems.push('names a column twice');
  if (type === 'foreign_key' && (to === undefined || toColumns.length === 0)) problems.push('needs `to` and `to_columns`');
  else if (type === 'foreign_key' && toColumns.length !== columns.length)
    problems.push(`has ${columns.length} of its own columns and ${toColumns.length} in \`to_columns\``);
  if (type !== 'foreign_key' && (to !== undefined || toColumns.length > 0)) problems.push('has no `to` and no `to_columns`');
  const badName = name === undefined ? undefined : dialect.identifierProblem(name.value);
  return [
    ...problems.map((problem) => diagnose('constraint-wrong', { type, problem }, { span, node: id })),
    ...(name === undefined || badName === undefined
      ? []
      : [diagnose('bad-identifier', { name: name.value, problem: badName }, { span: name.span, node: id })]),
  ];
}

/** A table has one primary key, and each name once. */
function findRepeated(constraints: readonly CompiledConstraint[], node: NodeId): readonly Diagnostic[] {
  const [, second] = constraints.filter(({ type }) => type === 'primary_key');
  const names = new Set<string>();
  const twice = constraints.filter(({ name }) => {
    if (name === undefined) return false;
    const isKnown = names.has(name);
    names.add(name);
    return isKnown;
  });
  return [
    ...(second === undefined
      ? []
      : [
          diagnose(
            'constraint-wrong',
            { type: second.type, problem: 'is the second one: name all columns in one' },
            { span: second.span, node },
          ),
        ]),
    ...twice.map(({ type, span, name = '' }) =>
      diagnose('constraint-wrong', { type, problem: `has the name of another constraint, \`${name}\`` }, { span, node }),
    ),
  ];
}

function checkContract({ id, merged }: ModelDraft | SeedDraft, columns: readonly ColumnProperties[]): readonly Diagnostic[] {
  const untyped = columns.filter(({ dataType }) => dataType === undefined).map(({ name }) => name);
  if (columns.length > 0 && untyped.length === 0) return [];
  return [diagnose('contract-incomplete', { untyped }, { span: merged.raw['contract']?.span, node: id })];
}
