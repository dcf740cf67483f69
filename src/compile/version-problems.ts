/** What is wrong with the columns of rows whose versions are to be kept. */
import type { VersionRules } from '../adapter/operation.ts';
import type { Column } from '../adapter/relation.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { CompiledSnapshot, NodeId } from './compiled.ts';
import { listMetaColumns } from './snapshots.ts';

/** Where the rules are written; `name` is the place of the snapshot, which stands for all that nobody wrote. */
export interface VersionPlaces {
  readonly name: Span;
  readonly uniqueKey: Span;
  readonly updatedAt: Span;
  readonly checkColumns: Span;
  readonly metaColumns: Span;
}

/** A snapshot as far as its columns go. */
export interface VersionedRows {
  readonly id: NodeId;
  readonly name: string;
  readonly rules: Omit<VersionRules, 'now'>;
  readonly places: VersionPlaces;
}

export function versionRules({ config }: CompiledSnapshot): Omit<VersionRules, 'now'> {
  const { uniqueKey, updatedAt, strategy, checkColumns, hardDeletes, validToCurrent, metaColumns } = config;
  return {
    key: uniqueKey,
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(strategy === 'timestamp' ? {} : { compare: checkColumns ?? 'all' }),
    hardDeletes,
    ...(validToCurrent === undefined ? {} : { openEnd: validToCurrent }),
    columns: metaColumns,
  };
}

export function versionPlaces({ rawConfig, span }: CompiledSnapshot): VersionPlaces {
  const at = (key: string): Span => rawConfig[key]?.span ?? span;
  return {
    name: span,
    uniqueKey: at('unique_key'),
    updatedAt: at('updated_at'),
    checkColumns: at('check_cols'),
    metaColumns: at('snapshot_meta_column_names'),
  };
}

/** Types of points in time, as engines spell them. */
const timeType = /^(?:date|timestamp|datetime)/i;

/** Every problem of `columns`, which are those of the rows alone. */
export function findVersionProblems(
  { id, name, rules, places }: VersionedRows,
  columns: readonly Column[],
  fold: (name: string) => string,
): readonly Diagnostic[] {
  const byName = new Map(columns.map((column) => [fold(column.name), column]));
  const names = columns.map((column) => column.name);
  const at = (span: Span): Where => ({ node: id, span });
  const diagnostics: Diagnostic[] = [];
  const missing = (key: string, column: string, span: Span): void => {
    if (!byName.has(fold(column))) diagnostics.push(diagnose('snapshot-column-missing', { key, column, columns: names }, at(span)));
  };
  for (const key of rules.key) missing('unique_key', key, places.uniqueKey);
  if (rules.updatedAt !== undefined) {
    missing('updated_at', rules.updatedAt, places.updatedAt);
    const type = byName.get(fold(rules.updatedAt))?.type;
    if (type !== undefined && !timeType.test(type))
      diagnostics.push(diagnose('snapshot-stamp-type', { column: rules.updatedAt, type }, at(places.updatedAt)));
  }
  if (rules.compare !== undefined && rules.compare !== 'all')
    for (const column of rules.compare) missing('check_cols', column, places.checkColumns);
  for (const column of listMetaColumns(rules.columns))
    if (byName.has(fold(column))) diagnostics.push(diagnose('snapshot-column-taken', { name, column }, at(places.metaColumns)));
  return diagnostics;
}
