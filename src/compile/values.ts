/** What template expressions evaluate to, and how such values print, compare and count as true. */
import type { VersionColumns } from '../adapter/operation.ts';
import type { YamlNumber, YamlValue } from '../project/project.ts';
import { isYamlNumber } from '../project/yaml/yaml-node.ts';
import { unknownPlaceholder } from './column-slots.ts';
import type { NodeId } from './compiled.ts';
import type { Printed } from './output-writer.ts';

/** Marks values that no user's object can be mistaken for. */
const special: unique symbol = Symbol('special value');

/** A model, seed or source as SQL names it. */
export interface RelationValue {
  readonly [special]: 'relation';
  readonly sql: string;
  readonly id: NodeId;
  /** Of a snapshot: the columns that say when a version holds. */
  readonly versions?: VersionColumns;
}

/** Text with slots in it: values that only the plan knows. */
export interface SlotText {
  readonly [special]: 'slots';
  readonly text: string;
}

export interface ValueMap {
  readonly [key: string]: Value;
}

export type Value = string | number | boolean | null | undefined | YamlNumber | RelationValue | SlotText | readonly Value[] | ValueMap;

/** The result of an expression that could not be evaluated; its problem has been reported. */
export const failed: unique symbol = Symbol('failed');
export type Failed = typeof failed;

export function relationValue(sql: string, id: NodeId, versions?: VersionColumns): RelationValue {
  return { [special]: 'relation', sql, id, ...(versions === undefined ? {} : { versions }) };
}

/** Columns where they are not known, and everything that is made of them. */
export const unknownColumns: SlotText = { [special]: 'slots', text: unknownPlaceholder };

/** Whether nobody can say what the value is before columns are known. */
export function isUnknown(value: Value): boolean {
  // Lists and objects are made by calls, and a call with such a value gives such a value.
  return isSlotText(value) && value.text.includes(unknownPlaceholder);
}

export function slotText(text: string): SlotText {
  return { [special]: 'slots', text };
}

function kindOf(value: Value): 'relation' | 'slots' | undefined {
  // The symbol is private to this module: only the two kinds above carry it.
  return typeof value === 'object' && value !== null && special in value ? (value as RelationValue | SlotText)[special] : undefined;
}

export function isRelation(value: Value): value is RelationValue {
  return kindOf(value) === 'relation';
}

export function isSlotText(value: Value): value is SlotText {
  return kindOf(value) === 'slots';
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isNumber(value: Value): value is number | YamlNumber {
  return typeof value === 'number' || isYaml(value);
}

function isYaml(value: Value): value is YamlNumber {
  // Lists, maps and special values have no `yamlNumber` of type number but for a map that a user built so.
  return typeof value === 'object' && value !== null && isYamlNumber(value as YamlValue);
}

export function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value) && !isYaml(value) && kindOf(value) === undefined;
}

/** The number that a numeric value stands for. */
export function numberOf(value: number | YamlNumber): number {
  return typeof value === 'number' ? value : value.yamlNumber;
}

/** A number that keeps its spelling where JavaScript would change it. */
export function spelledNumber(value: number, text: string): number | YamlNumber {
  return String(value) === text ? value : { yamlNumber: value, text };
}

/** How the value prints; undefined for what has no spelling: a missing value, a list, an object. */
export function printValue(value: Value): Printed | undefined {
  switch (typeof value) {
    case 'string':
      return { text: value, hasSlots: false };
    case 'number':
    case 'boolean':
      return { text: String(value), hasSlots: false };
    case 'undefined':
      return undefined;
    default:
  }
  if (value === null) return { text: 'null', hasSlots: false };
  if (isRelation(value)) return { text: value.sql, hasSlots: false };
  if (isSlotText(value)) return { text: value.text, hasSlots: true };
  return isYaml(value) ? { text: value.text, hasSlots: false } : undefined;
}

/** Nothing, zero, empty text, an empty list and an empty object are false. */
export function isTruthy(value: Value): boolean {
  if (isNumber(value)) return numberOf(value) !== 0;
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** The kind of a value in words for messages. */
export function describeKind(value: Value): string {
  if (value === undefined) return 'a missing value';
  if (value === null) return '`null`';
  if (isNumber(value)) return `the number ${typeof value === 'number' ? value : value.text}`;
  if (typeof value === 'string') return value.length > 30 ? 'text' : `the text "${value}"`;
  if (typeof value === 'boolean') return `\`${value}\``;
  if (isRelation(value)) return `the relation ${value.sql}`;
  if (isSlotText(value)) return 'a value known at run time';
  return isList(value) ? 'a list' : 'an object';
}

/** A value from YAML as templates see it. */
export function fromYaml(value: YamlValue): Value {
  return value;
}

/** A value as YAML could have held it; undefined for relations, slots and missing values. */
export function toYaml(value: Value): YamlValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === undefined || isRelation(value) || isSlotText(value)) return undefined;
  if (isYaml(value)) return value;
  if (isList(value)) {
    const items = value.map(toYaml);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const record: Record<string, YamlValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const plain = toYaml(item);
    if (plain === undefined) return undefined;
    record[key] = plain;
  }
  return record;
}
