/** Reads the columns of a node in YAML. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import { eitherKey } from '../project/read-config.ts';
import type { YamlNode } from '../project/yaml/yaml-node.ts';
import { entryOf, itemsOf, spanOf, textOf, valueOf } from '../project/yaml/yaml-node.ts';
import type { ColumnProperties } from './definitions.ts';
import { readConstraints } from './read-constraints.ts';
import type { PropertyContext } from './read-tests.ts';
import { readRecord, readTests, readTexts } from './read-tests.ts';

/** The columns at `columns:`. A name that is given twice is reported and read once. */
export function readColumns(node: YamlNode, context: PropertyContext): readonly ColumnProperties[] {
  const columns = new Map<string, ColumnProperties>();
  for (const item of itemsOf(valueOf(node, 'columns'))) {
    const column = readColumn(item, context);
    if (column === undefined) continue;
    const first = columns.get(column.name);
    if (first === undefined) columns.set(column.name, column);
    else {
      const names = { kind: 'column', name: column.name, first: context.path, second: context.path };
      const notes = [{ message: 'the first one is here', span: first.span }];
      context.diagnostics.push(diagnose('duplicate-properties', names, { span: column.span, notes }));
    }
  }
  return [...columns.values()];
}

function readColumn(node: YamlNode, context: PropertyContext): ColumnProperties | undefined {
  const name = textOf(node, 'name');
  const nameNode = entryOf(node, 'name')?.value;
  if (name === undefined || name === '' || nameNode === undefined) return undefined;
  const type = eitherKey(context.path, node, ['data_type', 'type'], context.diagnostics);
  const pii = valueOf(node, 'pii');
  return {
    name,
    span: spanOf(context.path, nameNode),
    description: textOf(node, 'description') ?? '',
    ...(type?.kind === 'scalar' && typeof type.value === 'string' ? { dataType: type.value, typeSpan: spanOf(context.path, type) } : {}),
    tests: readTests(node, name, context),
    constraints: readConstraints(node, context.path),
    meta: readRecord(node, 'meta'),
    tags: readTexts(node, 'tags'),
    ...(pii?.kind === 'scalar' && (typeof pii.value === 'string' || typeof pii.value === 'boolean') ? { pii: pii.value } : {}),
  };
}
