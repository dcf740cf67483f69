/** Makes sure that rendered text is one query that can be wrapped, and cuts what would stand in the way of wrapping. */
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { CodeParams, DiagnosticCode } from '../diagnostics/registry.ts';
import type { Span } from '../diagnostics/span.ts';
import type { SqlToken } from '../parse/sql-scan.ts';
import { isComment, nextCodeToken, nextSqlToken } from '../parse/sql-scan.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import { placeInCompiled } from './compiled-excerpt.ts';
import { joinTexts, sliceText, syntheticText } from './compiled-text.ts';

const QUERY_WORDS = new Set(['select', 'with', 'values', 'from', 'table']);
const WRITING_WORDS = new Set(['insert', 'update', 'delete', 'merge']);

/** Words at the head of what no engine takes for a query. Whatever else there is, the engine's own parser judges. */
const STATEMENT_WORDS: ReadonlySet<string> = new Set([
  ...WRITING_WORDS,
  ...words('create drop alter truncate comment grant revoke copy export import'),
  ...words('attach detach use set reset load install pragma call do'),
  ...words('begin start commit rollback savepoint lock prepare execute deallocate'),
  ...words('explain analyze vacuum checkpoint'),
]);

function words(list: string): readonly string[] {
  return list.split(' ');
}

/** Whose text it is, for messages. */
export interface QueryOwner {
  /** `a model`, `a test`. */
  readonly what: string;
  readonly node: NodeId | undefined;
  readonly path: string;
}

export interface FinishedQuery {
  readonly text: CompiledText;
  readonly diagnostics: readonly Diagnostic[];
}

interface Problem {
  readonly at: number;
  readonly length: number;
  readonly report: (owner: QueryOwner, where: Where) => Diagnostic;
}

interface Shape {
  /** Semicolons before and after the query. */
  readonly semicolons: readonly SqlToken[];
  /** End of the last token, comments included. */
  readonly end: number;
  readonly endsInLineComment: boolean;
  readonly problem: Problem | undefined;
}

type Reporter = Problem['report'];

function reporter<C extends DiagnosticCode>(code: C, params: (owner: QueryOwner) => CodeParams<C>): Reporter {
  return (owner, where) => diagnose(code, params(owner), where);
}

/** The text without trailing semicolons and white space, or what is wrong with it. */
export function finishQuery(text: CompiledText, owner: QueryOwner): FinishedQuery {
  const { sql } = text;
  const shape = scanQuery(sql);
  if (shape.problem !== undefined) {
    const { at, length, report } = shape.problem;
    const place = placeInCompiled(text, at, length);
    const span = place?.span ?? { path: owner.path, start: 0, end: 0 };
    return { text, diagnostics: [report(owner, { span, node: owner.node, excerpt: place?.excerpt, notes: place?.notes ?? [] })] };
  }
  return { text: cutEnd(text, shape), diagnostics: [] };
}

/** What is wrong with the text of a condition, which has to stay within the parentheses that are put around it. */
export function findConditionProblem(sql: string, owner: Omit<QueryOwner, 'path'>, span: Span): Diagnostic | undefined {
  const { problem } = scanQuery(sql, 'condition');
  return problem?.report({ ...owner, path: span.path }, { span, node: owner.node });
}

function cutEnd(text: CompiledText, shape: Shape): CompiledText {
  const parts: CompiledText[] = [];
  let from = 0;
  for (const semicolon of shape.semicolons) {
    parts.push(sliceText(text, from, semicolon.start));
    from = semicolon.end;
  }
  parts.push(sliceText(text, from, shape.end));
  // What is put behind the query must not become part of its last comment.
  if (shape.endsInLineComment) parts.push(syntheticText('\n'));
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : joinTexts(parts);
}

/** What is wrong, worst first: what a later entry says may be a consequence of an earlier one. */
interface Problems {
  quote?: Problem;
  second?: Problem;
  parenthesis?: Problem;
  statement?: Problem;
}

function problemAt(token: SqlToken, report: Reporter): Problem {
  return { at: token.start, length: token.end - token.start, report };
}

function scanQuery(sql: string, kind: 'query' | 'condition' = 'query'): Shape {
  const open: SqlToken[] = [];
  const semicolons: SqlToken[] = [];
  const problems: Problems = {};
  let first: SqlToken | undefined;
  let last: SqlToken | undefined;
  let isOver = false;
  for (let token = nextSqlToken(sql, 0); token !== undefined; token = nextSqlToken(sql, token.end)) {
    last = token;
    if (!token.closed) problems.quote = unclosedQuote(token);
    if (isComment(token)) continue;
    const sign = token.kind === 'sign' ? sql[token.start] : '';
    if (sign === ';') {
      semicolons.push(token);
      isOver = first !== undefined;
      if (kind === 'query') continue;
    }
    if (isOver)
      problems.second ??= problemAt(
        token,
        reporter('several-statements', ({ what }) => ({ what })),
      );
    first ??= token;
    if (sign === '(') open.push(token);
    else if (sign === ')' && open.pop() === undefined)
      problems.parenthesis ??= problemAt(
        token,
        reporter('unbalanced-parenthesis', () => ({ problem: 'closed' })),
      );
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined)
    problems.parenthesis ??= problemAt(
      unclosed,
      reporter('unbalanced-parenthesis', () => ({ problem: 'open' })),
    );
  const statement = kind === 'query' ? findStatementProblem(sql, first) : undefined;
  if (statement !== undefined) problems.statement = statement;
  const problem = problems.quote ?? problems.second ?? problems.parenthesis ?? problems.statement;
  return { semicolons, end: last?.end ?? 0, endsInLineComment: last?.kind === 'line-comment', problem };
}

/** What is there instead of a query. */
function findStatementProblem(sql: string, first: SqlToken | undefined): Problem | undefined {
  if (first === undefined) return { at: 0, length: 0, report: reporter('empty-model', ({ what }) => ({ what })) };
  const refused = findRefused(sql, first);
  if (refused === undefined) return undefined;
  const statement = sql.slice(refused.start, refused.end);
  return problemAt(
    refused,
    reporter('not-a-select', ({ what }) => ({ what, statement })),
  );
}

/** Shown at its opening sign: the rest of the text is inside of it. */
function unclosedQuote(token: SqlToken): Problem {
  const what = quoteWords(token.kind);
  return { at: token.start, length: 1, report: reporter('unclosed-quote', () => ({ what })) };
}

function quoteWords(kind: SqlToken['kind']): string {
  return kind === 'block-comment' ? 'comment' : kind === 'quoted-name' ? 'quoted name' : 'string';
}

function wordOf(sql: string, token: SqlToken): string {
  return token.kind === 'word' ? sql.slice(token.start, token.end).toLowerCase() : '';
}

/** The word that makes the text something else than a query. After WITH it stands behind the common table expressions. */
function findRefused(sql: string, first: SqlToken): SqlToken | undefined {
  const word = wordOf(sql, first);
  if (word === 'with') return findWriting(sql, first.end);
  return STATEMENT_WORDS.has(word) ? first : undefined;
}

/** A data-changing word at the head of a common table expression or of the statement after them. */
function findWriting(sql: string, at: number): SqlToken | undefined {
  let depth = 0;
  let atHead = false;
  let before = '';
  for (let token = nextCodeToken(sql, at); token !== undefined; token = nextCodeToken(sql, token.end)) {
    const word = wordOf(sql, token);
    if (atHead && WRITING_WORDS.has(word)) return token;
    const sign = sql[token.start];
    atHead = false;
    if (sign === '(') {
      // A body follows AS or MATERIALIZED; any other parenthesis is a list of columns.
      if (depth === 0) atHead = before === 'as' || before === 'materialized';
      depth += 1;
    } else if (sign === ')') {
      depth -= 1;
      if (depth === 0) atHead = true;
    } else if (depth === 0 && QUERY_WORDS.has(word) && word !== 'with' && before === ')') return undefined;
    before = word === '' ? (sign ?? '') : word;
  }
  return undefined;
}

/** How a statement begins: its first words, as far as nothing but words stands there. */
export interface StatementHead {
  readonly words: readonly string[];
  readonly tokens: readonly [SqlToken, ...SqlToken[]];
}

/** Words that tell kinds of statements apart: `create or replace local temp`. */
const headLength = 5;

/** The beginning of each statement in `sql`, with its place. */
export function statementHeads(sql: string): readonly StatementHead[] {
  const heads: { words: string[]; tokens: [SqlToken, ...SqlToken[]] }[] = [];
  let head: (typeof heads)[number] | undefined;
  let isOpen = true;
  for (let token = nextCodeToken(sql, 0); token !== undefined; token = nextCodeToken(sql, token.end)) {
    if (sql[token.start] === ';' && token.kind === 'sign') {
      head = undefined;
      isOpen = true;
    } else if (isOpen) {
      const word = wordOf(sql, token);
      if (head === undefined) heads.push((head = { words: [word], tokens: [token] }));
      else if (word !== '') {
        head.words.push(word);
        head.tokens.push(token);
      }
      isOpen = word !== '' && head.words.length < headLength;
    }
  }
  return heads;
}
