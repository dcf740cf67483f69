/** Writes SQL of an earlier run with the names that its relations have now. */
import { nextSqlToken } from '../parse/sql-scan.ts';

/** `names`: each spelling with quotes and dots, and what to write in its place. Strings and comments stay. */
export function renameRelations(sql: string, names: ReadonlyMap<string, string>): string {
  let written = '';
  let copied = 0;
  let run: { readonly start: number; readonly end: number }[] = [];
  let dotEnd = -1;
  const flush = (): void => {
    const found = longestName(sql, run, names);
    if (found !== undefined) {
      written += sql.slice(copied, found.start) + found.name;
      copied = found.end;
    }
    run = [];
  };
  for (let token = nextSqlToken(sql, 0); token !== undefined; token = nextSqlToken(sql, token.end)) {
    if (token.kind === 'quoted-name') {
      // Written by a template, names and dots touch each other.
      if (run.length > 0 && dotEnd !== token.start) flush();
      run.push(token);
      continue;
    }
    const isDot = token.kind === 'sign' && sql.slice(token.start, token.end) === '.' && run.at(-1)?.end === token.start;
    if (isDot) dotEnd = token.end;
    else flush();
  }
  flush();
  return written + sql.slice(copied);
}

function longestName(
  sql: string,
  run: readonly { readonly start: number; readonly end: number }[],
  names: ReadonlyMap<string, string>,
): { readonly start: number; readonly end: number; readonly name: string } | undefined {
  const [first] = run;
  if (first === undefined) return undefined;
  // What stands behind the relation is a column of it.
  for (let length = Math.min(3, run.length); length >= 2; length -= 1) {
    const end = run[length - 1]?.end ?? first.end;
    const name = names.get(sql.slice(first.start, end));
    if (name !== undefined) return { start: first.start, end, name };
  }
  return undefined;
}
