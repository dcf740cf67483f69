/** Renders hooks: SQL templates that run around a node or a run. */
import type { SessionPart } from '../diagnostics/codes/template-queries.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Hook } from '../project/project.ts';
import type { CompiledHook } from './compiled.ts';
import { renderEmbedded } from './embedded-template.ts';
import type { StatementHead } from './query-text.ts';
import { statementHeads } from './query-text.ts';
import type { Session } from './session.ts';
import { lookupSpan } from './span-map.ts';

/** Words that end or begin a transaction. `start` does so only before `transaction`. */
const TRANSACTION_WORDS = new Set(['begin', 'commit', 'rollback', 'abort', 'start', 'end']);

/**
 * Words that begin statements whose effect stays on the connection, or on all of them, after the transaction:
 * where names are looked up, what values mean, what is loaded, what is remembered.
 */
const SESSION_WORDS: ReadonlyMap<string, SessionPart> = new Map([
  ['use', 'place'],
  ['attach', 'database'],
  ['detach', 'database'],
  ['set', 'setting'],
  ['reset', 'setting'],
  ['pragma', 'setting'],
  ['discard', 'setting'],
  ['load', 'extension'],
  ['install', 'extension'],
  ['uninstall', 'extension'],
  ['prepare', 'prepared'],
  ['execute', 'prepared'],
  ['deallocate', 'prepared'],
  ['listen', 'setting'],
  ['unlisten', 'setting'],
]);

/** Behind `set`: what ends with the transaction. */
const TRANSACTION_SETTINGS = new Set(['local', 'constraints']);

/** Gives the text of a file by its path, for exact places. */
export interface FileTexts {
  readonly get: (path: string) => string | undefined;
}

/** Renders `hooks`; those that come out without a statement are left out. */
export function compileHooks(hooks: readonly Hook[], session: Session, texts: FileTexts): readonly CompiledHook[] {
  return hooks.flatMap((hook) => compileHook(hook, session, texts));
}

function compileHook(hook: Hook, session: Session, texts: FileTexts): readonly CompiledHook[] {
  const text = renderEmbedded({ text: hook.sql, span: hook.span, fileText: texts.get(hook.span.path) }, session);
  const heads = statementHeads(text.sql);
  if (heads.length === 0) return [];
  for (const head of heads) {
    const problem = findProblem(head);
    if (problem === undefined) continue;
    const { start } = head.tokens[0];
    const end = (head.tokens[problem.length - 1] ?? head.tokens[0]).end;
    const span = lookupSpan(text.map, start, end - start)?.span ?? hook.span;
    const where = { span, node: session.node };
    const statement = text.sql.slice(start, end);
    session.diagnostics.push(
      problem.part === 'transaction'
        ? diagnose('transaction-in-hook', { statement }, where)
        : diagnose('session-in-hook', { statement, part: problem.part }, where),
    );
  }
  return [{ text, transaction: hook.transaction }];
}

/** What the statement would change that a hook must leave alone, and how many of its words say so. */
function findProblem({ words }: StatementHead): { readonly part: SessionPart | 'transaction'; readonly length: number } | undefined {
  const [word = '', second = ''] = words;
  if (TRANSACTION_WORDS.has(word)) return { part: 'transaction', length: 1 };
  if (word === 'create') {
    const at = words.findIndex((entry) => entry === 'temp' || entry === 'temporary');
    const between = words.slice(1, at);
    const isTemporary = at > 0 && between.every((entry) => ['or', 'replace', 'local', 'global'].includes(entry));
    return isTemporary ? { part: 'temporary', length: at + 1 } : undefined;
  }
  if (word === 'set' && TRANSACTION_SETTINGS.has(second)) return undefined;
  const part = SESSION_WORDS.get(word);
  return part === undefined ? undefined : { part, length: 1 };
}
