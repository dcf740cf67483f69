/** Reads JSON that somebody else may have written. */

export type Json = Readonly<Record<string, unknown>>;

/** Undefined for a text that is no object: somebody else's file, or half of one. */
export function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined for what is not there, and what is no text. */
export function textOf(object: Json, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}
