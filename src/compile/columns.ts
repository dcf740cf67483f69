/** What property files say of columns, with doc blocks filled in. */
import type { ColumnProperties } from '../parse/definitions.ts';
import type { CompiledColumn } from './compiled-column.ts';
import type { FileContext } from './file-context.ts';

export function compileColumns(columns: readonly ColumnProperties[], context: FileContext): readonly CompiledColumn[] {
  return columns.map((column) => ({
    name: column.name,
    span: column.span,
    description: context.describe(column.description, column.span),
    meta: column.meta,
    tags: column.tags,
    ...(column.dataType === undefined ? {} : { dataType: column.dataType }),
    ...(column.typeSpan === undefined ? {} : { typeSpan: column.typeSpan }),
    ...(column.pii === undefined ? {} : { pii: column.pii }),
  }));
}
