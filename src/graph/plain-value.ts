/** YAML values as JSON holds them. */
import type { YamlValue } from '../project/project.ts';

/** A value that JSON holds as it is. */
export type PlainValue = string | number | boolean | null | readonly PlainValue[] | PlainObject;

export interface PlainObject {
  readonly [key: string]: PlainValue;
}

/** `value` without the spelling of its numbers, which JSON has no place for. */
export function toPlain(value: YamlValue): PlainValue {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(toPlain);
  if (typeof value['yamlNumber'] === 'number') return value['yamlNumber'];
  const plain: Record<string, PlainValue> = {};
  for (const [key, entry] of Object.entries(value)) plain[key] = toPlain(entry);
  return plain;
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** One text for equal values, whatever the order of their keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
