/** Reads a model with versions: each is described like a model of its own, and takes over what it does not say. */
import { compareVersions } from './compare-versions.ts';
import type { Located, YamlValue } from '../project/project.ts';
import { nestConfig } from '../project/read-config.ts';
import type { YamlNode } from '../project/yaml/yaml-node.ts';
import { blankRecord } from '../project/yaml/ordered-record.ts';
import { entryOf, isYamlNumber, itemsOf, spanOf, textOf, valueOf } from '../project/yaml/yaml-node.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ColumnProperties, ModelVersion, NodeProperties, RawConfig } from './definitions.ts';
import type { PropertyContext } from './read-tests.ts';
import { readTexts } from './read-tests.ts';

/** Reads what one version says, by the reader of models: its columns, config and tests. */
export type ReadDescription = (node: YamlNode) => Pick<NodeProperties, 'description' | 'config' | 'columns' | 'constraints' | 'tests'>;

/** One entry for each version of `model`, under the name of its file. */
export function readVersions(
  node: YamlNode,
  model: NodeProperties,
  read: ReadDescription,
  context: PropertyContext,
): readonly NodeProperties[] {
  const versions = itemsOf(valueOf(node, 'versions')).flatMap((item) => {
    const v = versionOf(valueOf(item, 'v'));
    return v === undefined ? [] : [{ item, v }];
  });
  const latest = versionOf(valueOf(node, 'latest_version')) ?? versions.map(({ v }) => v).reduce(later, versions[0]?.v ?? '');
  if (!versions.some(({ v }) => v === latest)) {
    const latestNode = valueOf(node, 'latest_version') ?? node;
    const known = versions.map(({ v }) => String(v));
    context.diagnostics.push(
      diagnose('unknown-version', { model: model.name, version: String(latest), known }, { span: spanOf(context.path, latestNode) }),
    );
  }
  const seen = new Set<string>();
  return versions.flatMap(({ item, v }) => {
    const place = spanOf(context.path, valueOf(item, 'v') ?? item);
    if (seen.has(String(v))) {
      const names = { kind: 'version', name: `${model.name}.v${v}`, first: context.path, second: context.path };
      context.diagnostics.push(diagnose('duplicate-properties', names, { span: place }));
      return [];
    }
    seen.add(String(v));
    const file = textOf(item, 'defined_in');
    const deprecationDate = textOf(item, 'deprecation_date');
    const version: ModelVersion = {
      model: model.name,
      modelSpan: model.span,
      v,
      latest,
      mayBePlain: file === undefined && v === latest,
      ...(deprecationDate === undefined ? {} : { deprecationDate }),
    };
    const own = read(item);
    return [
      {
        ...model,
        name: file ?? `${model.name}_v${v}`,
        version,
        span: place,
        description: own.description === '' ? model.description : own.description,
        config: layConfig(model.config, own.config),
        columns: chooseColumns(item, model.columns, own.columns),
        constraints: entryOf(item, 'constraints') === undefined ? model.constraints : own.constraints,
        tests: entryOf(item, 'tests') === undefined && entryOf(item, 'data_tests') === undefined ? model.tests : own.tests,
      },
    ];
  });
}

function versionOf(node: YamlNode | undefined): string | number | undefined {
  if (node?.kind !== 'scalar') return undefined;
  const { value } = node;
  if (typeof value === 'number') return value;
  return isYamlNumber(value ?? null)
    ? (value as { readonly text: string }).text
    : typeof value === 'string' && value !== ''
      ? value
      : undefined;
}

function later(a: string | number, b: string | number): string | number {
  return compareVersions(a, b) >= 0 ? a : b;
}

/** Tags of both, `meta` and `tests` merged, everything else from the version where it says something. */
function layConfig(model: RawConfig, own: RawConfig): RawConfig {
  const config = Object.assign(blankRecord<Located<YamlValue>>(), model, own);
  const [tags, ownTags] = [model['tags'], own['tags']];
  if (tags !== undefined && ownTags !== undefined) config['tags'] = { value: [tags.value, ownTags.value].flat(), span: ownTags.span };
  const [meta, ownMeta] = [model['meta'], own['meta']];
  if (meta !== undefined && ownMeta !== undefined) {
    // Both are mappings: their shape says so.
    const merged = { ...(meta.value as Record<string, YamlValue>), ...(ownMeta.value as Record<string, YamlValue>) };
    config['meta'] = { value: merged, span: ownMeta.span };
  }
  if (own['tests'] !== undefined) config['tests'] = nestConfig(model['tests'], own['tests']);
  return config;
}

/** The columns of the model, those that `include:` and `exclude:` choose, and on top those that the version describes. */
function chooseColumns(item: YamlNode, model: readonly ColumnProperties[], own: readonly ColumnProperties[]): readonly ColumnProperties[] {
  const list = itemsOf(valueOf(item, 'columns'));
  const choice = list.find((entry) => entryOf(entry, 'include') !== undefined);
  if (list.length > 0 && choice === undefined) return own;
  const include = choice === undefined ? ['all'] : readTexts(choice, 'include');
  const exclude = choice === undefined ? [] : readTexts(choice, 'exclude');
  const described = new Set(own.map(({ name }) => name));
  const takesAll = include.includes('all') || include.includes('*');
  const taken = model.filter(({ name }) => (takesAll || include.includes(name)) && !exclude.includes(name) && !described.has(name));
  return [...taken, ...own];
}
