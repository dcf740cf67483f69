/** Tells functions and types in a schema that is not there from relations: the server has one code for all of them. */
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import { sqlTokens } from './sql-tokens.ts';

/** The error of the name that the query means; `sql` is the text that `error.position` counts in. */
export function nameInMissingSchema(error: EngineErrorDetails, sql: string): EngineErrorDetails {
  const { kind, position, name } = error;
  if (kind !== 'unknown-relation' || position === undefined || error.beforeColumn === true) return error;
  const tokens = [...sqlTokens(sql)];
  const at = tokens.findIndex(({ start }) => start === position);
  const textAt = (place: number): string => {
    const token = tokens[place];
    return token === undefined ? '' : sql.slice(token.start, token.end);
  };
  // Of a collation or an operator the place is that of the word before it, and nothing else is known.
  if (/^(?:collate|operator)$/i.test(textAt(at))) return { ...error, kind: 'other' };
  // Of a relation the server names the schema and the relation.
  if (at < 0 || textAt(at + 1) !== '.' || name === undefined || name !== bare(textAt(at))) return error;
  const named = { ...error, name: `${name}.${bare(textAt(at + 2))}`, signatures: [], hint: error.message };
  if (textAt(at + 3) === '(') return { ...named, kind: 'unknown-function' };
  const before = textAt(at - 1).toLowerCase();
  const { signatures: _, ...ofType } = named;
  return before === 'as' || before === ':' ? { ...ofType, kind: 'unknown-type' } : { ...error, kind: 'other' };
}

/** A name as the server folds it. */
function bare(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
