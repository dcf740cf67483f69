/** Tells whether a text is exactly one query, by PostgreSQL's own grammar, without a server. */
import { loadModule, parseSync, scanSync } from 'libpg-query';
import type { Analyzer, QueryProblem } from '../../adapter/analysis.ts';
import { utf16Offset } from './text-offset.ts';

/** The parts of a syntax tree that are looked at; each node stands under the name of its kind. */
type TreeNode = Readonly<Record<string, unknown>>;

interface ParsedStatement {
  readonly stmt?: TreeNode;
  /** In bytes. */
  readonly stmt_location?: number;
}

interface SyntaxFault {
  readonly message: string;
  readonly sqlDetails?: { readonly cursorPosition: number };
}

interface Word {
  readonly start: number;
  readonly text: string;
}

/** Words of the text without comments, with their offsets in bytes. */
function wordsOf(sql: string): readonly Word[] {
  return scanSync(sql).tokens.filter((token) => token.tokenName !== 'SQL_COMMENT' && token.tokenName !== 'C_COMMENT');
}

function checkQuery(sql: string): QueryProblem | undefined {
  const nul = sql.indexOf('\0');
  if (nul >= 0) return { kind: 'syntax', message: 'the text contains a NUL character', position: nul };
  if (sql === '') return { kind: 'empty' };
  let statements: readonly ParsedStatement[];
  try {
    // The parser's own types name every field of every node; the few that are read bear being absent.
    statements = (parseSync(sql).stmts ?? []) as readonly ParsedStatement[];
  } catch (cause) {
    return syntaxProblem(cause, sql);
  }
  const [first, second] = statements;
  if (first === undefined) return { kind: 'empty' };
  if (second !== undefined) {
    const position = wordAt(sql, second.stmt_location ?? 0)?.start ?? 0;
    return { kind: 'several-statements', count: statements.length, position: offset(sql, position) };
  }
  return notAQuery(sql, first) ?? parameterProblem(sql);
}

function offset(sql: string, bytes: number): number {
  return utf16Offset(sql, bytes, 'byte') ?? 0;
}

function wordAt(sql: string, bytes: number): Word | undefined {
  return wordsOf(sql).find((word) => word.start >= bytes && word.text !== ';');
}

function syntaxProblem(cause: unknown, sql: string): QueryProblem {
  if (!(cause instanceof Error)) throw cause;
  // Errors of the grammar carry their place; nothing else is thrown for a text.
  const { message, sqlDetails } = cause as SyntaxFault;
  const position = sqlDetails === undefined ? undefined : utf16Offset(sql, sqlDetails.cursorPosition, 'character');
  return { kind: 'syntax', message, ...(position === undefined ? {} : { position }) };
}

/** A data-changing statement anywhere in it makes a SELECT something else. */
function notAQuery(sql: string, statement: ParsedStatement): QueryProblem | undefined {
  const [kind = '', tree] = Object.entries(statement.stmt ?? {})[0] ?? [];
  if (kind !== 'SelectStmt') {
    const verb = changeVerbs[kind];
    const word = verb === undefined ? wordAt(sql, statement.stmt_location ?? 0) : verbWord(sql, verb, 'outside');
    return { kind: 'not-a-select', statement: verb ?? (word?.text ?? '').toUpperCase(), position: offset(sql, word?.start ?? 0) };
  }
  if (intoClause(tree)) {
    const word = wordsOf(sql).find((candidate) => /^into$/i.test(candidate.text));
    return { kind: 'not-a-select', statement: 'SELECT INTO', position: offset(sql, word?.start ?? 0) };
  }
  const changed = changeInside(tree);
  if (changed === undefined) return undefined;
  return { kind: 'not-a-select', statement: changed, position: offset(sql, verbWord(sql, changed, 'inside')?.start ?? 0) };
}

const changeVerbs: Readonly<Record<string, string | undefined>> = {
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
};

/** The word that makes the statement one that changes rows, outside of all parentheses or inside some. */
function verbWord(sql: string, verb: string, where: 'outside' | 'inside'): Word | undefined {
  let depth = 0;
  for (const word of wordsOf(sql)) {
    if (word.text === '(') depth += 1;
    else if (word.text === ')') depth -= 1;
    else if (depth > 0 === (where === 'inside') && word.text.toUpperCase() === verb) return word;
  }
  return undefined;
}

function isTree(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null;
}

/** `into` of the query itself or of the first part of a set operation, where the grammar keeps it. */
function intoClause(select: unknown): boolean {
  for (let node = select; isTree(node); node = node['larg']) if (node['intoClause'] !== undefined) return true;
  return false;
}

/** The verb of a WITH clause that changes rows, at any depth. */
function changeInside(tree: unknown): string | undefined {
  const stack: unknown[] = [tree];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!isTree(node)) continue;
    for (const [key, value] of Object.entries(node)) {
      const verb = changeVerbs[key];
      if (verb !== undefined) return verb;
      if (isTree(value)) stack.push(value);
    }
  }
  return undefined;
}

/** `$1` parses, and nobody will ever give it a value. */
function parameterProblem(sql: string): QueryProblem | undefined {
  if (!/\$\d/.test(sql)) return undefined;
  const word = scanSync(sql).tokens.find((token) => token.tokenName === 'PARAM');
  if (word === undefined) return undefined;
  return { kind: 'syntax', message: `there is no parameter ${word.text}`, position: offset(sql, word.start) };
}

/** The grammar is loaded once per process; analyzers hold nothing of their own. */
export async function openAnalyzer(): Promise<Analyzer> {
  await loadModule();
  return { checkQuery: (sql) => Promise.resolve(checkQuery(sql)), close: () => Promise.resolve() };
}
