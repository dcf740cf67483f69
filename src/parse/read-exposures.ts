/** Reads exposures and groups in YAML. */
import { startConfig, takeConfig } from '../project/read-config.ts';
import type { YamlValue } from '../project/project.ts';
import type { YamlNode } from '../project/yaml/yaml-node.ts';
import { blankRecord } from '../project/yaml/ordered-record.ts';
import { entriesOf, entryOf, itemsOf, spanOf, textOf, toYamlValue, valueOf } from '../project/yaml/yaml-node.ts';
import type { ExposureDefinition, GroupDefinition, Owner } from './definitions.ts';
import type { PropertyContext } from './read-tests.ts';
import { readTexts } from './read-tests.ts';

/** One group, or undefined where it has no name. */
export function readGroup(node: YamlNode, context: PropertyContext): GroupDefinition | undefined {
  const name = textOf(node, 'name');
  const nameNode = entryOf(node, 'name')?.value;
  if (name === undefined || name === '' || nameNode === undefined) return undefined;
  const span = spanOf(context.path, nameNode);
  return { name, span, path: context.path, description: textOf(node, 'description') ?? '', owner: readOwner(valueOf(node, 'owner')) };
}

/** One exposure, or undefined where it has no name or no type. */
export function readExposure(node: YamlNode, context: PropertyContext): ExposureDefinition | undefined {
  const name = textOf(node, 'name');
  const nameNode = entryOf(node, 'name')?.value;
  const type = textOf(node, 'type');
  if (name === undefined || name === '' || nameNode === undefined || type === undefined) return undefined;
  const reader = startConfig(context.path, 'exposure', context.diagnostics);
  for (const entry of entriesOf(node)) if (entry.key === 'meta' || entry.key === 'tags') takeConfig(reader, entry);
  for (const entry of entriesOf(valueOf(node, 'config'))) takeConfig(reader, entry, entry.key, `config.${entry.key}`);
  const optional = (key: 'label' | 'maturity' | 'url'): Partial<ExposureDefinition> => {
    const value = textOf(node, key);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    name,
    span: spanOf(context.path, nameNode),
    path: context.path,
    type,
    ...optional('label'),
    ...optional('maturity'),
    ...optional('url'),
    description: textOf(node, 'description') ?? '',
    owner: readOwner(valueOf(node, 'owner')),
    dependsOn: itemsOf(valueOf(node, 'depends_on')).flatMap((item) =>
      item.kind === 'scalar' && typeof item.value === 'string' ? [{ value: item.value, span: spanOf(context.path, item) }] : [],
    ),
    config: reader.config,
  };
}

function readOwner(node: YamlNode | undefined): Owner {
  const more = blankRecord<YamlValue>();
  for (const entry of entriesOf(node)) if (entry.key !== 'name' && entry.key !== 'email') more[entry.key] = toYamlValue(entry.value);
  const name = node === undefined ? undefined : textOf(node, 'name');
  const emails = node === undefined ? [] : readTexts(node, 'email');
  return { ...(name === undefined ? {} : { name }), ...(emails.length === 0 ? {} : { email: emails.join(', ') }), more };
}
