/** Reads the name of a relation where SQL says it. */
import { nextCodeToken, nextSqlToken } from '../parse/sql-scan.ts';

export interface NamedRelation {
  readonly schema?: string;
  readonly name: string;
}

/** The name that begins at `at`, of one or two parts; undefined where it has more, or where none begins. */
export function readRelationName(sql: string, at: number): NamedRelation | undefined {
  if (/[.\p{L}\p{N}_$]$/u.test(sql.slice(0, at))) return undefined;
  const parts: string[] = [];
  for (let end = at; ; end += 1) {
    const token = nextSqlToken(sql, end);
    if (token?.start !== end || (token.kind !== 'word' && token.kind !== 'quoted-name')) return undefined;
    const text = sql.slice(token.start, token.end);
    parts.push(token.kind === 'word' ? text : text.slice(1, -1).replaceAll('""', '"'));
    ({ end } = token);
    const next = nextCodeToken(sql, end);
    if (next === undefined || sql[next.start] !== '.') break;
    if (next.start !== end) return undefined;
  }
  const [first, second, ...others] = parts;
  if (first === undefined || others.length > 0) return undefined;
  return second === undefined ? { name: first } : { schema: first, name: second };
}
