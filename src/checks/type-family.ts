/** Sorts the type names of engines into the few families that checks care about. */

export type TypeFamily = 'number' | 'boolean' | 'time' | 'text' | 'other';

const families: readonly (readonly [RegExp, TypeFamily])[] = [
  [/\[|^(list|array|struct|map|row|union)\b/, 'other'],
  [/^(u?(tiny|small|big|huge)?int(eger)?|int[248]|decimal|numeric|number|real|float[48]?|double)\b/, 'number'],
  [/^bool(ean)?\b/, 'boolean'],
  [/^(date|datetime|timestamp(tz)?)(?![a-z])/, 'time'],
  [/^(varchar|char|character|bpchar|text|string)\b/, 'text'],
];

/** The family of a type as an engine spells it, e.g. `DECIMAL(18,3)`. */
export function typeFamily(type: string): TypeFamily {
  const name = type.trim().toLowerCase();
  return families.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
}
