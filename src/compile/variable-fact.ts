/** The value of a variable as a fact: as JSON it keeps the order of its keys, whatever they look like. */
import type { YamlValue } from '../project/project.ts';
import { entriesInOrder, orderedRecord } from '../project/yaml/ordered-record.ts';
import { isYamlNumber } from '../project/yaml/yaml-node.ts';

export type VariableFact =
  | { readonly plain: Exclude<YamlValue, readonly YamlValue[] | { readonly [key: string]: YamlValue }> }
  | { readonly items: readonly VariableFact[] }
  | { readonly entries: readonly (readonly [string, VariableFact])[] };

export function variableFact(value: YamlValue): VariableFact {
  if (typeof value !== 'object' || value === null || isYamlNumber(value)) return { plain: value };
  if (isList(value)) return { items: value.map(variableFact) };
  return { entries: entriesInOrder(value).map(([key, item]) => [key, variableFact(item)] as const) };
}

export function valueOfFact(fact: VariableFact): YamlValue {
  if ('plain' in fact) return fact.plain;
  if ('items' in fact) return fact.items.map(valueOfFact);
  return orderedRecord(fact.entries.map(([key, item]) => [key, valueOfFact(item)] as const));
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}
