/** Tells whether a text is exactly one query, by DuckDB's own parser, without binding it. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Analyzer, QueryProblem } from '../../adapter/analysis.ts';
import { engineError } from './errors.ts';
import { keepInstance, takeInstance } from './spare-instance.ts';
import { keyword, sqlTokens } from '../../adapter/sql-tokens.ts';
import type { SqlToken } from '../../adapter/sql-tokens.ts';

const queryWords: ReadonlySet<string> = new Set([
  'select',
  'from',
  'values',
  'table',
  'with',
  'pivot',
  'pivot_wider',
  'unpivot',
  'pivot_longer',
]);

/** What a text looks like before any parser sees it. */
interface Shape {
  /** First token of each statement. */
  readonly starts: readonly SqlToken[];
  /** First word of the first statement that says what it does: behind parentheses and `with` clauses. */
  readonly verb: SqlToken | undefined;
  /** Where the last token ends. */
  readonly end: number;
}

/** Ends a text wherever it is not inside quotes or a block comment. */
const terminator = '\n;\n';

/** After `with`, the verb follows the first closing parenthesis that is not followed by another clause. */
const withWords: ReadonlySet<string> = new Set([',', 'as', 'using', 'materialized', 'not', '.']);

function shapeOf(sql: string): Shape {
  const starts: SqlToken[] = [];
  let verb: SqlToken | undefined;
  let afterWith = false;
  let closed = false;
  let depth = 0;
  let fresh = true;
  let end = 0;
  for (const token of sqlTokens(sql)) {
    end = token.end;
    const text = token.kind === 'text' ? '' : keyword(sql, token);
    if (text === ';') {
      fresh = true;
      continue;
    }
    if (fresh) starts.push(token);
    fresh = false;
    if (starts.length > 1 || (verb !== undefined && !afterWith)) continue;
    if (verb === undefined) {
      if (text === '(') continue;
      verb = token;
      afterWith = text === 'with';
      continue;
    }
    if (depth === 0 && closed && !withWords.has(text)) {
      verb = token;
      afterWith = false;
      continue;
    }
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    closed = text === ')' && depth === 0;
  }
  return { starts, verb, end };
}

/** `with x as (…) (select …)`: an opening parenthesis is a query as well. */
function isQuery(word: string): boolean {
  return queryWords.has(word) || word === '(';
}

async function parse(connection: DuckDBConnection, sql: string): Promise<number | QueryProblem> {
  try {
    return (await connection.extractStatements(sql)).count;
  } catch (cause) {
    const { kind, message, position, mistake } = engineError(cause, sql).details;
    return {
      kind: 'syntax',
      message,
      ...(position === undefined ? {} : { position }),
      ...(kind === 'meaningless' ? { meaningless: true as const } : {}),
      ...(mistake === undefined ? {} : { mistake }),
    };
  }
}

export async function checkQuery(connection: DuckDBConnection, sql: string): Promise<QueryProblem | undefined> {
  const nul = sql.indexOf('\0');
  if (nul >= 0) return { kind: 'syntax', message: 'the text contains a NUL character', position: nul };
  const { starts, verb } = shapeOf(sql);
  if (verb === undefined && starts.length === 0) return { kind: 'empty' };
  const parsed = await parse(connection, sql);
  if (typeof parsed !== 'number') return parsed;
  const parameter = parameterIn(sql);
  if (parameter !== undefined) {
    const name = sql.slice(parameter.start, parameter.end);
    return { kind: 'syntax', message: `\`${name}\` stands for a parameter, which nobody gives a value`, position: parameter.start };
  }
  const second = starts[1];
  if (second !== undefined) return { kind: 'several-statements', count: starts.length, position: second.start };
  const word = keyword(sql, verb);
  if (!isQuery(word)) return { kind: 'not-a-select', statement: word.toUpperCase(), position: verb?.start ?? 0 };
  // The parser splits a pivot that takes its columns from the data into two statements.
  if (parsed > 1) return { kind: 'dynamic', feature: 'PIVOT without IN', position: pivotPosition(sql) };
  return undefined;
}

/** What the tokens of nearly every text say, seen at once: one query in which quotes close and nothing else needs a closer look. */
const plainQuery = /^\s*(?:select|from|values)\b(?:[^'"$;?\\/\0-]|'[^'\\\0]*'|"[^"\0]*"|-(?!-)|\/(?!\*))*$/iu;

/** Longer ones are read token by token: the expression above remembers each step. */
const longestPlain = 20_000;

/** Whether the text, read by its tokens alone, is one query with nothing left open at its end. */
function looksLikeQuery(sql: string): boolean {
  if (sql.length <= longestPlain && plainQuery.test(sql)) return true;
  if (sql.includes('\0') || parameterIn(sql) !== undefined) return false;
  const { starts, verb, end } = shapeOf(sql + terminator);
  return starts.length === 1 && isQuery(keyword(sql, verb)) && end === sql.length + terminator.lastIndexOf(';') + 1;
}

/**
 * Parsed as one text: each hop to the engine costs more than most queries take to parse. What closes a parenthesis that
 * is not its own, or leaves one open, cannot be parsed between the others either.
 */
async function areQueries(connection: DuckDBConnection, texts: readonly string[]): Promise<boolean> {
  if (!texts.every(looksLikeQuery)) return false;
  return (await parse(connection, texts.join(terminator))) === texts.length;
}

/** What stands for a value that comes with the statement: `?`, `?1`, `$1` or `$name`, in a text that the parser takes. */
function parameterIn(sql: string): Pick<SqlToken, 'start' | 'end'> | undefined {
  if (!/[$?]/.test(sql)) return undefined;
  for (const { kind, start } of sqlTokens(sql)) {
    const [written] = kind === 'symbol' ? (/^(?:\$[\w\u{80}-\u{10ffff}]+|\?\d*)/u.exec(sql.slice(start, start + 64)) ?? []) : [];
    // The sign can be part of an operator.
    if (written !== undefined && !(written === '?' && /[~!@^&|`?+\-*/%<>=]/.test(sql.charAt(start - 1) + sql.charAt(start + 1)))) {
      return { start, end: start + written.length };
    }
  }
  return undefined;
}

function pivotPosition(sql: string): number {
  for (const token of sqlTokens(sql)) if (/^pivot(?:_wider)?$/.test(keyword(sql, token))) return token.start;
  return 0;
}

/** An engine without a database, which is not started a second time for the one that is opened next. */
export async function openAnalyzer(): Promise<Analyzer> {
  const instance = await takeInstance();
  const connection = await instance.connect();
  await connection.run(
    ['errors_as_json = true', 'autoinstall_known_extensions = false', 'autoload_known_extensions = false', `threads = 1`]
      .map((setting) => `set global ${setting}`)
      .join('; '),
  );
  return {
    checkQuery: (sql) => checkQuery(connection, sql),
    areQueries: (texts) => areQueries(connection, texts),
    close: () => {
      connection.disconnectSync();
      keepInstance(instance);
      return Promise.resolve();
    },
  };
}
