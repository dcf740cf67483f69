/** Pieces of the language of templates that an expression of Jinja becomes. */

/** What an expression becomes. */
export interface JinjaForm {
  /** As an argument, calls in parentheses. */
  readonly value: string;
  /** Alone in a mustache: a call without its parentheses. */
  readonly alone: string;
}

export const plain = (text: string): JinjaForm => ({ value: text, alone: text });

export function call(name: string, args: readonly string[]): JinjaForm {
  const alone = [name, ...args].join(' ');
  return { value: `(${alone})`, alone };
}
