/** Codes for the SQL that a template gives. */
import { error } from '../code-entry.ts';

/** What a statement changes beyond its transaction. */
export type SessionPart = 'place' | 'setting' | 'database' | 'extension' | 'prepared' | 'temporary';

const sessionHelp: Readonly<Record<SessionPart, string>> = {
  place: 'name relations with their schema, or with `{{this}}`, `{{ref "…"}}` and `{{source "…" "…"}}`',
  setting: 'settings of the database belong in the target, in project.yaml, where they hold for every node',
  database: 'a hook works in the database of the target',
  extension: 'a hook works with the extensions that the database has',
  prepared: 'write the statement itself',
  temporary: 'create it without `temp` in a schema of yours, and drop it when it has served',
};

/** What SQL of the command line is called in messages. */
export const inlineQuery = 'an inline query';

export const queryCodes = {
  'empty-model': error<{ readonly what: string }>(
    ({ what }) => `${what} needs a SELECT, and here is none`,
    ({ what }) => (what === inlineQuery ? 'write one query' : 'write one query; delete the file if there is nothing to say'),
  ),
  'several-statements': error<{ readonly what: string }>(
    ({ what }) => `${what} is one query, and here a second statement starts`,
    ({ what }) =>
      what === inlineQuery
        ? 'give one query at a time'
        : 'put each query in a file of its own; other statements belong in `pre_hook` or `post_hook`',
  ),
  'not-a-select': error<{ readonly what: string; readonly statement: string }>(
    ({ what, statement }) => `${what} is a SELECT, not \`${statement}\``,
    ({ what }) =>
      what === inlineQuery
        ? 'write a query; other statements belong in a `pre_hook` or `post_hook` of a model'
        : 'write the query alone; `tx` makes the table or view. Other statements belong in `pre_hook` or `post_hook`',
  ),
  'unbalanced-parenthesis': error<{ readonly problem: 'closed' | 'open' }>(
    ({ problem }) => (problem === 'closed' ? 'this `)` closes nothing' : 'this `(` is not closed'),
    ({ problem }) => (problem === 'closed' ? 'take it away, or open the parenthesis before it' : 'close it with `)`'),
  ),
  'unclosed-quote': error<{ readonly what: string }>(
    ({ what }) => `this ${what} is not closed`,
    ({ what }) => (what === 'comment' ? 'end it with `*/`' : what === 'string' ? "close it; a quote inside is written `''`" : 'close it'),
  ),
  'transaction-in-hook': error<{ readonly statement: string }>(
    ({ statement }) => `transactions are begun and ended by \`tx\`, so a hook cannot say \`${statement}\``,
    () => 'take it away; a hook that must not be part of the transaction of its node is written `{ sql: "…", transaction: false }`',
  ),
  'session-in-hook': error<{ readonly statement: string; readonly part: SessionPart }>(
    ({ statement }) => `a hook cannot say \`${statement}\`: what it changes would hold for other nodes too`,
    ({ part }) => sessionHelp[part],
  ),
};
