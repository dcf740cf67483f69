/** JSON for a terminal: what JSON leaves as it is and a terminal would obey is escaped. */

const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** `value` as JSON, on one line unless `indent` is given. These characters stand in texts only, where an escape means the same. */
export function writeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
