/** Tells functions and types in a schema that is not there from relations: the server has one code for all of them. */
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import { sqlTokens } from '../../adapter/sql-tokens.ts';

/** What stands before a name that is about to be made, or taken away. */
const ofCommands = /^(?:aggregate|domain|exists|function|procedure|routine|sequence|table|type|view)$/;

/** The error of the name that a statement means; `sql` is the text that `error.position` counts in. */
export function nameInMissingSchema(error: EngineErrorDetails, sql = ''): EngineErrorDetails {
  const { name } = error;
  const textAt = tokensFrom(error, sql);
  if (textAt === undefined) return error;
  // Of a collation or an operator the place is that of the word before it, and nothing else is known.
  if (/^(?:collate|operator)$/i.test(textAt(0))) return { ...error, kind: 'other' };
  if (name === undefined || !isSchemaOf(textAt, name)) return error;
  const named = { ...error, name: `${name}.${bare(textAt(2))}`, hint: error.message };
  const before = textAt(-1).toLowerCase();
  if (textAt(3) === '(' && !ofCommands.test(before)) return { ...named, kind: 'unknown-function', signatures: [] };
  return before === 'as' || before === ':' ? { ...named, kind: 'unknown-type' } : error;
}

/** Of a query the server names relations with their schema: what it names without is something else. */
export function noRelation(error: EngineErrorDetails, sql: string): EngineErrorDetails {
  const textAt = tokensFrom(error, sql);
  return textAt !== undefined && error.name !== undefined && isSchemaOf(textAt, error.name) ? { ...error, kind: 'other' } : error;
}

/** The texts of the tokens, counted from the one at the place of the error; undefined where that tells nothing. */
function tokensFrom({ kind, position, beforeColumn }: EngineErrorDetails, sql: string): ((from: number) => string) | undefined {
  if (kind !== 'unknown-relation' || position === undefined || beforeColumn === true) return undefined;
  const tokens = [...sqlTokens(sql)];
  const at = tokens.findIndex(({ start }) => start === position);
  if (at < 0) return undefined;
  return (from) => {
    const token = tokens[at + from];
    return token === undefined ? '' : sql.slice(token.start, token.end);
  };
}

function isSchemaOf(textAt: (from: number) => string, name: string): boolean {
  return textAt(1) === '.' && name === bare(textAt(0));
}

/** A name as the server folds it. */
function bare(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
