/** Puts other names in the place of relations that a query names with their schema. */
import type { Relation } from '../../adapter/relation.ts';
import type { SqlToken } from '../../adapter/sql-tokens.ts';
import { sqlTokens } from '../../adapter/sql-tokens.ts';

export interface ReplacedQuery {
  readonly sql: string;
  /** Where in the text from before the character at an offset of the new one stood. */
  readonly originOf: (offset: number) => number;
}

/** Asks for every `schema.name`; what is undefined stays. Text in quotes and comments is left alone. */
export function replaceRelations(sql: string, nameOf: (relation: Relation) => string | undefined): ReplacedQuery {
  const cuts: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  const tokens = [...sqlTokens(sql)];
  for (const [at, dot] of tokens.entries()) {
    if (dot.end - dot.start !== 1 || sql[dot.start] !== '.') continue;
    const [first, second] = [tokens[at - 1], tokens[at + 1]];
    if (first === undefined || second === undefined) continue;
    const schema = readName(sql, first);
    const name = readName(sql, second);
    const text = schema === undefined || name === undefined ? undefined : nameOf({ schema, name });
    if (text !== undefined) cuts.push({ from: first.start, to: second.end, text });
  }
  let replaced = '';
  let end = 0;
  const moved: { readonly at: number; readonly end: number; readonly from: number; readonly shift: number }[] = [];
  for (const { from, to, text } of cuts) {
    replaced += sql.slice(end, from);
    const at = replaced.length;
    replaced += text;
    end = to;
    moved.push({ at, end: replaced.length, from, shift: to - replaced.length });
  }
  return {
    sql: replaced + sql.slice(end),
    originOf: (offset) => {
      const last = moved.findLast(({ at }) => at <= offset);
      if (last === undefined) return offset;
      return offset < last.end ? last.from : offset + last.shift;
    },
  };
}

/** The name that a token stands for: as the server folds it. */
function readName(sql: string, { kind, start, end }: SqlToken): string | undefined {
  const text = sql.slice(start, end);
  if (kind === 'word') return /^\d/.test(text) ? undefined : text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return kind === 'text' && text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : undefined;
}
