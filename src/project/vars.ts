/** Variables of a project: which hold, of those from project.yaml, from its target, and from the command line. */
import type { Located, YamlValue } from './project.ts';
import type { YamlNode } from './yaml/yaml-node.ts';
import { blankRecord } from './yaml/ordered-record.ts';
import { entriesOf, spanOf, toYamlValue } from './yaml/yaml-node.ts';

export type Vars = Readonly<Record<string, Located<YamlValue>>>;

/** The entries of a mapping as variables, each with the place of its value. */
export function readVars(path: string, node: YamlNode | undefined): Vars {
  const vars = blankRecord<Located<YamlValue>>();
  for (const { key, value } of entriesOf(node)) vars[key] = { value: toYamlValue(value), span: spanOf(path, value) };
  return vars;
}

/** Lays variables over others: the later ones win. */
export function layVars(...layers: readonly Vars[]): Vars {
  return Object.assign(blankRecord<Located<YamlValue>>(), ...layers);
}
