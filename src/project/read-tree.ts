/** Reads a config tree of project.yaml: config keys at each level, folders below. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ConfigResource } from './config-keys.ts';
import { configSpellings, findConfigKey } from './config-keys.ts';
import type { ConfigTree } from './project.ts';
import { startConfig, takeConfig } from './read-config.ts';
import type { YamlMap, YamlNode } from './yaml/yaml-node.ts';
import { blankRecord } from './yaml/ordered-record.ts';
import { isNull, keySpan, spanOf } from './yaml/yaml-node.ts';

export interface TreeContext {
  readonly path: string;
  readonly resource: ConfigResource;
  /** Whether the folders of that name, from the top of the tree, exist below one of the tree's paths. */
  readonly isFolder: (folders: readonly string[]) => boolean;
  readonly diagnostics: Diagnostic[];
}

/** The tree of `node`, which the shape of the file has checked; what did not fit is left out. */
export function readTree(node: YamlMap, context: TreeContext, above: readonly string[] = []): ConfigTree {
  const { path, resource, diagnostics } = context;
  const reader = startConfig(path, resource, diagnostics);
  const folders = blankRecord<ConfigTree>();
  for (const entry of node.entries) {
    const marked = entry.key.startsWith('+');
    const spelling = marked ? entry.key.slice(1) : entry.key;
    const word = findConfigKey(resource, spelling) !== undefined;
    if (marked ? word : word && !folderWins(entry.value, [...above, entry.key], context)) {
      takeConfig(reader, entry, spelling);
    } else if (marked && isTreeNode(entry.value)) {
      const known = configSpellings(resource).map((name) => `+${name}`);
      diagnostics.push(diagnose('unknown-key', { key: entry.key, known }, { span: keySpan(path, entry) }));
    } else if (entry.value.kind === 'map') {
      folders[entry.key] = { ...readTree(entry.value, context, [...above, entry.key]), span: keySpan(path, entry) };
    }
  }
  return { config: reader.config, folders, span: spanOf(path, node) };
}

/** A mapping under a config word is a folder only if there is a folder of that name. */
function folderWins(value: YamlNode, folders: readonly string[], context: TreeContext): boolean {
  return value.kind === 'map' && context.isFolder(folders);
}

/** A value that the shape of the file would let pass as a folder: then nobody has reported the unknown key yet. */
function isTreeNode(value: YamlNode): boolean {
  return value.kind === 'map' || isNull(value);
}
