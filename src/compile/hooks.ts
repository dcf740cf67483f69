/** Renders hooks: SQL templates that run around a node or a run. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Hook } from '../project/project.ts';
import type { CompiledHook } from './compiled.ts';
import { renderEmbedded } from './embedded-template.ts';
import { statementWords } from './query-text.ts';
import type { Session } from './session.ts';
import { lookupSpan } from './span-map.ts';

/** Words that end or begin a transaction. `start` does so only before `transaction`. */
const TRANSACTION_WORDS = new Set(['begin', 'commit', 'rollback', 'abort', 'start', 'end']);

/** Text of a file by its path, for exact places. */
export type FileTexts = ReadonlyMap<string, string>;

/** Renders `hooks`; those that come out without a statement are left out. */
export function compileHooks(hooks: readonly Hook[], session: Session, texts: FileTexts): readonly CompiledHook[] {
  return hooks.flatMap((hook) => compileHook(hook, session, texts));
}

function compileHook(hook: Hook, session: Session, texts: FileTexts): readonly CompiledHook[] {
  const text = renderEmbedded({ text: hook.sql, span: hook.span, fileText: texts.get(hook.span.path) }, session);
  const statements = statementWords(text.sql);
  if (statements.length === 0) return [];
  for (const { word, token } of statements) {
    const code = TRANSACTION_WORDS.has(word) ? 'transaction-in-hook' : word === 'use' ? 'session-in-hook' : undefined;
    if (code === undefined) continue;
    const span = lookupSpan(text.map, token.start, token.end - token.start)?.span ?? hook.span;
    session.diagnostics.push(diagnose(code, { statement: text.sql.slice(token.start, token.end) }, { span, node: session.node }));
  }
  return [{ text, transaction: hook.transaction }];
}
