/** Rules about the columns of a relation, judged without reading a row. */
import type { Column } from '../adapter/relation.ts';
import { unreachable } from '../diagnostics/bug.ts';
import { isSameType } from './type-family.ts';

/** A column, and the types that it may have; any where none is listed. */
export interface ExpectedColumn {
  readonly name: string;
  readonly types: readonly string[];
}

/** What changes of the columns a rule looks for. */
export type ColumnChange = 'column_added' | 'column_removed' | 'type_changed';

export type CatalogRule =
  /** Every column is there, with one of its types. `only`: no others; `ordered`: they stand in this order. */
  | { readonly kind: 'columns'; readonly columns: readonly ExpectedColumn[]; readonly only: boolean; readonly ordered: boolean }
  /** None of the columns is there. */
  | { readonly kind: 'no-columns'; readonly names: readonly string[] }
  /** There are so many columns. */
  | { readonly kind: 'count'; readonly min: number | null; readonly max: number | null }
  /** The columns are those of the last time, which are given as they were measured then. */
  | { readonly kind: 'unchanged'; readonly before: string | null; readonly changes: readonly ColumnChange[] };

/** One thing that a rule found wrong; the fields are what is shown. */
export interface ColumnFault {
  readonly column: string | null;
  readonly expected: string;
  readonly found: string;
}

export interface CatalogFinding {
  readonly faults: readonly ColumnFault[];
  /** The columns, in a form that the next run compares with. */
  readonly measured: string;
}

interface Known {
  readonly fold: (name: string) => string;
  readonly columns: readonly Column[];
}

/** Judges a rule. `fold` is the form under which the engine compares names. */
export function judgeCatalog(rule: CatalogRule, columns: readonly Column[], fold: (name: string) => string): CatalogFinding {
  return { faults: findFaults(rule, { columns, fold }), measured: JSON.stringify(columns.map(({ name, type }) => [name, type])) };
}

function findFaults(rule: CatalogRule, known: Known): readonly ColumnFault[] {
  switch (rule.kind) {
    case 'columns':
      return [
        ...missing(rule.columns, known),
        ...(rule.only ? surplus(rule.columns, known) : []),
        ...(rule.ordered ? disorder(rule.columns, known) : []),
      ];
    case 'no-columns':
      return known.columns
        .filter(({ name }) => rule.names.some((other) => known.fold(other) === known.fold(name)))
        .map(({ name, type }) => ({ column: name, expected: 'no such column', found: type }));
    case 'count':
      return countFaults(rule.min, rule.max, known.columns.length);
    case 'unchanged':
      return rule.before === null ? [] : changesSince(readMeasured(rule.before), rule.changes, known);
    default:
      return unreachable(rule);
  }
}

function missing(expected: readonly ExpectedColumn[], { columns, fold }: Known): readonly ColumnFault[] {
  return expected.flatMap(({ name, types }): readonly ColumnFault[] => {
    const found = columns.find((column) => fold(column.name) === fold(name));
    const wanted = types.length === 0 ? 'a column' : types.join(' or ');
    if (found === undefined) return [{ column: name, expected: wanted, found: 'no such column' }];
    if (types.length === 0 || types.some((type) => isSameType(type, found.type))) return [];
    return [{ column: name, expected: wanted, found: found.type }];
  });
}

function surplus(expected: readonly ExpectedColumn[], { columns, fold }: Known): readonly ColumnFault[] {
  const wanted = new Set(expected.map(({ name }) => fold(name)));
  return columns
    .filter(({ name }) => !wanted.has(fold(name)))
    .map(({ name, type }) => ({ column: name, expected: 'no such column', found: type }));
}

/** Of the columns that are there, the first that does not stand where it should. */
function disorder(expected: readonly ExpectedColumn[], { columns, fold }: Known): readonly ColumnFault[] {
  const wanted = expected.map(({ name }) => fold(name)).filter((name) => columns.some((column) => fold(column.name) === name));
  const actual = columns.filter((column) => wanted.includes(fold(column.name)));
  const at = actual.findIndex((column, index) => fold(column.name) !== wanted[index]);
  const [first, second] = [actual[at], wanted[at]];
  if (first === undefined || second === undefined) return [];
  const name = expected.find((column) => fold(column.name) === second)?.name ?? second;
  return [{ column: name, expected: `at place ${at + 1}`, found: `\`${first.name}\` there` }];
}

function countFaults(min: number | null, max: number | null, count: number): readonly ColumnFault[] {
  if ((min === null || count >= min) && (max === null || count <= max)) return [];
  const expected = min === max ? String(min) : `${min ?? 'any'} to ${max ?? 'any'}`;
  return [{ column: null, expected: `${expected} columns`, found: String(count) }];
}

/** Only what {@link judgeCatalog} measured comes back here. */
function readMeasured(text: string): readonly Column[] {
  const pairs = JSON.parse(text) as readonly (readonly [string, string])[];
  return pairs.map(([name, type]) => ({ name, type }));
}

function changesSince(before: readonly Column[], changes: readonly ColumnChange[], { columns, fold }: Known): readonly ColumnFault[] {
  const old = new Map(before.map((column) => [fold(column.name), column]));
  const now = new Map(columns.map((column) => [fold(column.name), column]));
  const looksFor = (change: ColumnChange): boolean => changes.includes(change);
  const faults: ColumnFault[] = [];
  for (const [name, column] of old) {
    const found = now.get(name);
    if (found === undefined) {
      if (looksFor('column_removed')) faults.push({ column: column.name, expected: column.type, found: 'no such column' });
    } else if (found.type !== column.type && looksFor('type_changed')) {
      faults.push({ column: found.name, expected: column.type, found: found.type });
    }
  }
  if (looksFor('column_added')) {
    for (const [name, column] of now) {
      if (!old.has(name)) faults.push({ column: column.name, expected: 'no such column', found: column.type });
    }
  }
  return faults;
}
