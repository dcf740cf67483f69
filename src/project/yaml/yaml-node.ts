/** The tree of one YAML document: every key and value with the place where it stands. */
import type { Span } from '../../diagnostics/span.ts';
import type { YamlNumber, YamlValue } from '../project.ts';
import { orderedRecord } from './ordered-record.ts';

/** Offsets `start`, `end` into the file, without quotes; plain numbers, because a project has a million nodes. */
interface Place {
  readonly start: number;
  readonly end: number;
  /** Set where the YAML itself is wrong, which is reported: the node is not what the user meant. */
  readonly broken?: true;
}

export interface YamlScalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null | YamlNumber;
}

export interface YamlEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: YamlNode;
}

export interface YamlMap extends Place {
  readonly kind: 'map';
  /** In source order; keys are unique. */
  readonly entries: readonly YamlEntry[];
}

export interface YamlList extends Place {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export type YamlNode = YamlScalar | YamlMap | YamlList;

/** The place of a node in its file. */
export function spanOf(path: string, node: YamlNode): Span {
  return { path, start: node.start, end: node.end };
}

/** The place of an entry's key. */
export function keySpan(path: string, entry: YamlEntry): Span {
  return { path, start: entry.keyStart, end: entry.keyEnd };
}

/** The entry with that key. Linear: mappings in property files are short. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  if (node?.kind !== 'map') return undefined;
  for (const entry of node.entries) if (entry.key === key) return entry;
  return undefined;
}

/** The value at that key; undefined where the key is absent or has no value. */
export function valueOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const value = entryOf(node, key)?.value;
  return value === undefined || isNull(value) ? undefined : value;
}

/** The text at that key; undefined where there is none or it is no text. */
export function textOf(node: YamlNode | undefined, key: string): string | undefined {
  const value = valueOf(node, key);
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

export function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  return node?.kind === 'map' ? node.entries : [];
}

export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === 'list' ? node.items : [];
}

export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

export function isYamlNumber(value: YamlValue): value is YamlNumber {
  return typeof value === 'object' && value !== null && 'yamlNumber' in value && typeof value.yamlNumber === 'number';
}

/** The plain value of a tree, places dropped. */
export function toYamlValue(node: YamlNode): YamlValue {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toYamlValue);
  return orderedRecord(node.entries.map(({ key, value }) => [key, toYamlValue(value)]));
}
