/** Says before a check runs why it cannot run on the columns that its relation has. */
import type { Column } from '../adapter/relation.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { CheckArguments } from './check-definition.ts';
import { findCheck } from './vocabulary.ts';

/** A check on one column of a relation whose columns are known. */
export interface ColumnCheck {
  /** Name of the check as written. */
  readonly check: string;
  readonly args: CheckArguments;
  readonly column: string;
  /** The relation as users call it. */
  readonly relation: string;
  readonly columns: readonly Column[];
  /** The form under which the engine compares names. */
  readonly fold: (name: string) => string;
  readonly span?: Span | undefined;
  readonly node?: string | undefined;
}

/** The column is missing, or cannot hold what the check compares it with; undefined when neither is known. */
export function findColumnProblem(input: ColumnCheck): Diagnostic | undefined {
  const { check, column, relation, columns, span, node } = input;
  const wanted = input.fold(column);
  const found = columns.find(({ name }) => input.fold(name) === wanted);
  if (found === undefined) {
    return diagnose('check-column-not-found', { check, column, relation, columns: columns.map(({ name }) => name) }, { span, node });
  }
  const values = findCheck(check)?.misfits?.(input.args, found.type) ?? [];
  if (values.length === 0) return undefined;
  return diagnose('check-values-misfit', { check, column, type: found.type, values: values.map(String) }, { span, node });
}

/** The columns of one relation, as users call it. */
export type KnownColumns = Pick<ColumnCheck, 'relation' | 'columns'>;

/** Columns that the arguments of a check name, in its own relation or in the one that it compares with, and that are not there. */
export function findArgumentProblems(
  { check, args, relation, columns, fold, span, node }: Omit<ColumnCheck, 'column'>,
  other: KnownColumns | undefined,
): readonly Diagnostic[] {
  const definition = findCheck(check);
  // Those that count columns ask which ones are there.
  if (definition === undefined || definition.counts === 'columns') return [];
  const comparesWithOther = definition.arguments.some(({ type }) => type === 'relation');
  return definition.arguments.flatMap(({ name: argument, type }) => {
    const place =
      type === 'names' ? { relation, columns } : type === 'column' ? (comparesWithOther ? other : { relation, columns }) : undefined;
    if (place === undefined) return [];
    const there = new Set(place.columns.map(({ name }) => fold(name)));
    return [args[argument]].flat().flatMap((column) => {
      if (typeof column !== 'string' || there.has(fold(column))) return [];
      const names = place.columns.map(({ name }) => name);
      return [diagnose('check-column-not-found', { check, column, argument, relation: place.relation, columns: names }, { span, node })];
    });
  });
}
