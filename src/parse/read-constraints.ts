/** Reads the constraints of a model, seed or column in YAML. */
import type { Located } from '../project/project.ts';
import type { YamlNode } from '../project/yaml/yaml-node.ts';
import { entryOf, itemsOf, spanOf, textOf, valueOf } from '../project/yaml/yaml-node.ts';
import { constraintTypes } from './definitions.ts';
import type { ConstraintProperties } from './definitions.ts';
import { readTexts } from './read-tests.ts';

/** Those at `constraints:`. What has no known type was reported with the shape of the file, and is left out. */
export function readConstraints(node: YamlNode, path: string): readonly ConstraintProperties[] {
  return itemsOf(valueOf(node, 'constraints')).flatMap((item) => {
    const written = textOf(item, 'type');
    const type = constraintTypes.find((known) => known === written);
    const place = entryOf(item, 'type')?.value;
    if (type === undefined || place === undefined) return [];
    const [name, expression, to] = ['name', 'expression', 'to'].map((key) => locatedText(item, key, path));
    return [
      {
        type,
        span: spanOf(path, place),
        columns: readTexts(item, 'columns'),
        toColumns: readTexts(item, 'to_columns'),
        ...(name === undefined ? {} : { name }),
        ...(expression === undefined ? {} : { expression }),
        ...(to === undefined ? {} : { to }),
      },
    ];
  });
}

function locatedText(node: YamlNode, key: string, path: string): Located<string> | undefined {
  const value = textOf(node, key);
  const place = entryOf(node, key)?.value;
  return value === undefined || place === undefined ? undefined : { value, span: spanOf(path, place) };
}
