/** Codes of the `engine` area: what a database says about a statement, and what keeps it from being opened. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';
import { adviseMistake } from '../query-mistake.ts';
import type { QueryMistake } from '../query-mistake.ts';

/** A statement that the engine refused or could not finish; `message` is in the engine's own words. */
interface StatementProblem {
  readonly message: string;
  readonly engine: string;
  /** The name that the engine stumbled over. */
  readonly name?: string;
  /** Names that the engine offered, or that are known to exist there. */
  readonly candidates?: readonly string[];
  /** What a function takes. */
  readonly signatures?: readonly string[];
  readonly mistake?: QueryMistake;
}

/** A database that cannot be used; `database` is as the user configured it, without secrets. */
interface DatabaseProblem {
  readonly database: string;
  readonly engine: string;
  readonly message: string;
}

interface LockProblem {
  readonly database: string;
  readonly pid?: number;
  readonly command?: string;
  /** Seconds for which the command has waited already. */
  readonly waited?: number;
}

const inTheWordsOf = ({ engine, message }: StatementProblem): string => `${engine}: ${message}`;

/** The name that was not found, or the engine's words when it did not tell the name. */
function missing(what: string): (problem: StatementProblem) => string {
  return (problem) => (problem.name === undefined ? inTheWordsOf(problem) : `${what} \`${problem.name}\` does not exist`);
}

/** Of a name before a column: another part of the query may have it. */
const notInFrom = (problem: StatementProblem): string =>
  problem.name === undefined ? inTheWordsOf(problem) : `no table or alias \`${problem.name}\` can be read here`;

/** Near names; else all, when they are few; else the general advice. */
function nearNames(advice: string): (problem: StatementProblem) => string {
  return ({ name, candidates: offered = [] }) => {
    // What another part of the query has under the same name is not what was meant here.
    const candidates = offered.filter((candidate) => candidate !== name);
    const near = name === undefined ? undefined : didYouMean(name, candidates);
    if (near !== undefined) return near;
    if (candidates.length === 0 || candidates.length > 10) return advice;
    return `near it ${candidates.length === 1 ? 'is' : 'are'} ${candidates.map((candidate) => `\`${candidate}\``).join(', ')}`;
  };
}

/** Most forms of a function that are shown. */
const mostSignatures = 4;

function takes({ name = 'it', signatures = [] }: StatementProblem): string {
  const shown = signatures.slice(0, mostSignatures).map((taken) => `\`${taken}\``);
  const rest = signatures.length - shown.length;
  return `\`${name}\` takes ${shown.join(', ')}${rest === 0 ? '' : `, and ${rest} more`}: cast or reorder what it is given`;
}

function holder({ pid, command }: LockProblem): string {
  if (pid === undefined || pid === 0) return 'another process';
  return command === undefined ? `process ${pid}` : `process ${pid} (${command})`;
}

export const engineCodes = {
  'sql-syntax': error<StatementProblem>(inTheWordsOf),
  'unknown-column': error<StatementProblem>(missing('column'), nearNames('check the name and the columns of the relations in FROM')),
  'unknown-relation': error<StatementProblem & { readonly beforeColumn?: true }>(
    (problem) => (problem.beforeColumn ? notInFrom(problem) : missing('relation')(problem)),
    ({ beforeColumn, ...problem }) =>
      beforeColumn
        ? nearNames('write the name or alias that it has in FROM')(problem)
        : nearNames('name models with `{{ref "…"}}` and other tables with `{{source "…" "…"}}`, so that they exist when this runs')(
            problem,
          ),
  ),
  'unknown-function': error<StatementProblem>(
    missing('function'),
    nearNames('check the name, its arguments and the version of the database'),
  ),
  'unknown-type': error<StatementProblem>(missing('type'), nearNames('write a type as the database spells it')),
  'type-mismatch': error<StatementProblem>(inTheWordsOf, (problem) =>
    problem.signatures === undefined ? (adviseMistake(problem.mistake) ?? 'cast one side, like `column::integer`') : takes(problem),
  ),
  'ambiguous-column': error<StatementProblem>(inTheWordsOf, () => 'put the name or alias of its table before the column'),
  'query-invalid': error<StatementProblem>(inTheWordsOf, ({ mistake }) => adviseMistake(mistake)),
  'conversion-failed': error<StatementProblem>(
    inTheWordsOf,
    ({ mistake }) => adviseMistake(mistake) ?? '`safe_cast` gives NULL where a value does not convert',
  ),
  'constraint-violated': error<StatementProblem>(inTheWordsOf),
  'missing-extension': error<StatementProblem>(
    inTheWordsOf,
    () => 'tx downloads no extensions; install it for this database and version first',
  ),
  'file-not-read': error<StatementProblem>(inTheWordsOf, () => 'paths in SQL are relative to the project folder'),
  'file-content': error<StatementProblem>(
    ({ message }) => message,
    ({ name }) =>
      name === undefined
        ? 'mend the file, or say under `options` of the source how it is to be read'
        : `mend that line, or have \`${name}\` read as text, under \`options\` of the source, and convert it in the model with \`safe_cast\``,
  ),
  'out-of-memory': error<StatementProblem>(
    inTheWordsOf,
    () => 'lower the number of models that run at once with `--threads`, or raise the memory that the target allows',
  ),
  'disk-full': error<StatementProblem>(inTheWordsOf, () => 'free some space and run again: the database stands as after its last commit'),
  'database-read-only': error<StatementProblem>(inTheWordsOf, () => 'this command writes; choose a target that may be written'),
  'transaction-conflict': error<StatementProblem>(
    inTheWordsOf,
    () => 'something else wrote to the same rows; run again, and let no two hooks change the same row',
  ),
  'lock-timeout': error<StatementProblem>(
    ({ message }) => message,
    () => 'nothing was changed; run again when the other session has ended, or wait longer with `--lock-timeout`',
  ),
  'dependents-in-the-way': error<StatementProblem>(inTheWordsOf, ({ message }) =>
    message.includes('divided in another way')
      ? 'nothing was changed; set `partition_by` and `partition_granularity` back to what they were, or drop what depends on the table and make it again afterwards'
      : 'nothing was changed; keep the columns as they are, or drop what depends on them and make it again afterwards',
  ),
  'partition-taken': error<StatementProblem>(
    inTheWordsOf,
    () => 'nothing was changed; `tx` takes no partition away that somebody else has made: detach that one, and move its rows',
  ),
  'dependents-not-recreated': error<StatementProblem & { readonly what: string; readonly relation: string }>(
    ({ what, relation, engine, message }) => `${what} cannot be made again for the new \`${relation}\`: ${engine}: ${message}`,
    ({ message }) =>
      /replica identity/i.test(message)
        ? 'nothing was changed; the rows are replaced in place, and a publication tells of those that go: give the table a primary key or `replica identity full` with `alter table`, then run again'
        : 'nothing was changed; change or drop what depends on the relation, then run again',
  ),
  'connection-lost': error<StatementProblem>(inTheWordsOf, () => 'check that the database runs and can be reached, then use `tx retry`'),
  'statement-cancelled': error<StatementProblem>(inTheWordsOf, () => 'its transaction was rolled back; `tx retry` goes on'),
  'database-error': error<StatementProblem>(inTheWordsOf, ({ message }) =>
    /^permission denied for (?:database|schema) /.test(message)
      ? 'give the user of the target `create` on the database, or `usage` and `create` on its schemas, that of the state among them'
      : undefined,
  ),
  'database-locked': error<LockProblem>(
    (problem) => `\`${problem.database}\` is in use by ${holder(problem)}`,
    ({ waited = 0 }) =>
      waited === 0
        ? 'wait for it to end, or let tx wait with `--wait`'
        : `it did not end in ${waited} s: wait longer with \`--wait\`, or see what it does`,
  ),
  'not-a-database-file': error<DatabaseProblem>(
    ({ database, engine, message }) => `\`${database}\` cannot be opened as a ${engine} database: ${message}`,
    () => 'check `path` of the target; if the file was a database, restore it from a copy',
  ),
  'newer-storage': error<DatabaseProblem>(
    ({ database, engine, message }) => `\`${database}\` was written by another version of ${engine}: ${message}`,
    () => 'use a version of tx that can read it, or export the data with the version that wrote it',
  ),
  'missing-database': error<{ readonly database: string }>(
    ({ database }) => `the database \`${database}\` does not exist`,
    () => 'this command only reads; `tx build` makes the database',
  ),
  'network-file-system': error<{ readonly database: string }>(
    ({ database }) => `\`${database}\` is on a network file system, where locks between machines cannot be trusted`,
    () => 'put the database on a local disk',
  ),
  'database-not-closed': warning<DatabaseProblem>(
    ({ database, engine, message }) => `\`${database}\` was not closed in good order: ${engine}: ${message}`,
    () => 'what was committed stands; mend the cause, then any command that writes puts the database in order',
  ),
  'database-not-opened': error<DatabaseProblem>(
    ({ database, engine, message }) => `the ${engine} database${database === '' ? '' : ` \`${database}\``} cannot be opened: ${message}`,
    ({ message }) => {
      if (/permission denied|EACCES|EPERM|EROFS|read-only/i.test(message))
        return 'give your user the right to write to the file and its folder';
      if (/is a directory|EISDIR/i.test(message)) return '`path` names a folder: name a file in it';
      return /EEXIST|ENOTDIR|not a directory/i.test(message) ? 'something in its path is no folder' : undefined;
    },
  ),
};
