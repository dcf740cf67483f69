/** The differences between declared columns and those that are there. */
import type { Column } from '../adapter/relation.ts';

/** A column that is not as it is declared: absent on one side, or of two types. */
export interface ColumnDifference {
  readonly name: string;
  readonly declared?: string;
  readonly actual?: string;
}

/** Types of both sides are spelled by the engine; the order of columns says nothing. */
export function differencesOf(
  declared: readonly Column[],
  actual: readonly Column[],
  fold: (name: string) => string,
): readonly ColumnDifference[] {
  const found = new Map(actual.map(({ name, type }) => [fold(name), type]));
  const said = new Set(declared.map(({ name }) => fold(name)));
  return [
    ...declared.flatMap(({ name, type }): readonly ColumnDifference[] => {
      const has = found.get(fold(name));
      return has === type ? [] : [{ name, declared: type, ...(has === undefined ? {} : { actual: has }) }];
    }),
    ...actual.filter(({ name }) => !said.has(fold(name))).map(({ name, type }) => ({ name, actual: type })),
  ];
}

/** One line for the head and one for each difference. */
export function tableOfDifferences(differences: readonly ColumnDifference[]): readonly string[] {
  const rows = [
    ['column', 'declared', 'actual'],
    ...differences.map(({ name, declared = 'not declared', actual = 'missing' }) => [name, declared, actual]),
  ];
  const widths = [0, 1].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
