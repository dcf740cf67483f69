/** Codes of the command line itself. */
import { error, warning } from '../code-entry.ts';
import { adviceForDbt, dbtCommands, dbtFlags } from '../dbt-words.ts';
import { didYouMean } from '../nearest.ts';

const lowerFirst = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;

/** Mistakes in the command line itself. */
const usageCodes = {
  'unknown-command': error<{ command: string; known: readonly string[] }>(
    (p) => `there is no command \`${p.command}\``,
    (p) => adviceForDbt(dbtCommands, p.command) ?? didYouMean(p.command, p.known) ?? '`tx --help` lists the commands',
  ),
  'unknown-flag': error<{ flag: string; command: string; known: readonly string[] }>(
    (p) => `\`${p.command}\` has no flag \`${p.flag}\``,
    (p) => {
      const name = p.flag.replace(/=[^]*$/, '');
      return adviceForDbt(dbtFlags, name) ?? didYouMean(name, p.known) ?? `\`${p.command} --help\` lists its flags`;
    },
  ),
  'flag-value': error<{
    /** The flag, variable or argument. */
    name: string;
    /** Undefined when it is missing. */
    value: string | undefined;
    reason: string;
    choices: readonly string[] | undefined;
    command: string;
  }>(
    ({ name, value, reason, choices }) => {
      if (value === undefined) return `\`${name}\` needs a value`;
      return choices === undefined ? `\`${name}\` cannot be \`${value}\`: it ${lowerFirst(reason)}` : `\`${name}\` cannot be \`${value}\``;
    },
    ({ value, choices, command }) => {
      if (choices === undefined) return `\`${command} --help\` shows its form`;
      return didYouMean(value ?? '', choices) ?? `write ${choices.map((choice) => `\`${choice}\``).join(', ')}`;
    },
  ),
  'wrong-arguments': error<{
    command: string;
    /** Name of the argument that is not there. */
    missing: string | undefined;
    given: number;
    /** The command has `--select`. */
    selects: boolean;
  }>(
    (p) =>
      p.missing === undefined
        ? `\`${p.command}\` is given too many arguments: ${p.given}`
        : `\`${p.command}\` needs to be told ${p.missing === 'what' ? 'what to write' : `the ${p.missing}`}`,
    (p) => (p.selects ? 'name nodes with `--select`' : `\`${p.command} --help\` shows what it takes`),
  ),
  'inline-and-select': error<{ flag: string }>(
    (p) => `\`--inline\` and \`${p.flag}\` cannot be used together`,
    (p) => `leave one of them out; \`TX_${p.flag.slice(2).toUpperCase()}\` in the environment counts as \`${p.flag}\``,
  ),
  'files-not-watched': warning<{ reason: string }>(
    (p) => `changes of files may go unnoticed: ${p.reason}`,
    () => 'press `a` to read everything anew, or start `tx` again once there is room',
  ),
  'unused-variable': warning<{ name: string; known: readonly string[] }>(
    (p) => `nothing in the project reads a variable \`${p.name}\``,
    (p) => didYouMean(p.name, p.known),
  ),
};

const mostListed = 5;

function listed(ids: readonly string[]): string {
  const more = ids.length > mostListed ? ` and ${ids.length - mostListed} more` : '';
  return `${ids
    .slice(0, mostListed)
    .map((id) => `\`${id}\``)
    .join(', ')}${more}`;
}

export const cliCodes = {
  ...usageCodes,
  'folder-not-empty': error<{ folder: string }>(
    (p) => `\`${p.folder}\` exists and is not empty`,
    () => 'choose another name, or empty the folder first; nothing was written',
  ),
  'invalid-project-name': error<{ name: string }>(
    (p) => `\`${p.name}\` cannot be the name of a project`,
    () => 'use letters, digits and underscores, beginning with a letter, e.g. `my_project`',
  ),
  'nothing-to-retry': error<{ path: string }>(
    (p) => `there is no earlier run to retry: \`${p.path}\` does not exist`,
    () => 'run `tx build` first',
  ),
  'last-run-unfinished': error<{
    /** The run as it would be typed. */
    line: string;
    /** ` of …` */
    time: string;
    /** Undefined when nobody could say how it ended. */
    exitCode: number | undefined;
    /** The process that may still be at it. */
    pid: number | undefined;
    /** The same, leaving out what it has done; only where there is such a command. */
    resume?: string | undefined;
  }>(
    ({ line, time, exitCode, pid }) => {
      const run = `the last run, \`${line}\`${time}, `;
      if (pid !== undefined) return `${run}has not ended: process ${pid} may be at it`;
      if (exitCode === undefined) return `${run}was cut off and left no record of what it did`;
      return exitCode === 2
        ? `${run}did not start: it ended with exit code 2`
        : `${run}ended with exit code ${exitCode} and left no record`;
    },
    ({ line, exitCode, pid, resume }) => {
      if (pid === undefined && resume !== undefined) return `load what is left of it: \`${resume}\`; or all of it again: \`${line}\``;
      if (pid !== undefined) return `wait for it to end; if process ${pid} is something else, run it again: \`${line}\``;
      return exitCode === 2 ? `mend what it reported, and run it again: \`${line}\`` : `run it again: \`${line}\``;
    },
  ),
  'retry-hooks-only': error<{ line: string }>(
    (p) => `every node of the last run, \`${p.line}\`, succeeded: what failed is a hook of \`on_run_end\``,
    () => 'mend the hook, and run the command itself again: `tx retry` runs nodes',
  ),
  'retry-unreadable': error<{ path: string }>(
    (p) => `\`${p.path}\` is not a record of a \`tx\` run`,
    () => 'run `tx build` again',
  ),
  'retry-nothing-left': error<{ gone: readonly string[] }>(
    (p) => `nothing is left of what the last run did not get done: ${listed(p.gone)}`,
    () => 'run the command itself again',
  ),
  'retry-node-gone': warning<{ gone: readonly string[] }>(
    (p) => `the last run did not get this done, and it is no longer there: ${listed(p.gone)}`,
    () => 'instead, what the flags of that run select and it did not run is run now, if there is such a thing',
  ),
  'unknown-code': error<{ code: string; near: string | undefined }>(
    (p) => `there is no error code \`${p.code}\``,
    (p) => p.near ?? '`tx explain` without a code lists them all',
  ),
  'clean-refused': error<{ path: string; why: string }>(
    (p) => `\`${p.path}\` is not cleaned: ${p.why}`,
    () => 'set `target_path` in project.yaml to a folder that holds nothing but output',
  ),
  'coverage-too-low': error<{ what: string; percent: number; wanted: number; part: number; whole: number }>(
    (p) => `${p.percent} % is ${p.what}, less than the ${p.wanted} % asked for (${p.part} of ${p.whole})`,
    () => 'the health page of the site lists what is missing',
  ),
  'artifacts-instead': warning<{ path: string; reason: string }>(
    (p) => `the database cannot be asked, so \`${p.path}\` and \`run_results.json\` beside it stand in for it: ${p.reason}`,
  ),
  'coverage-not-known': error<{ count: number }>(
    (p) => `what is documented and tested is not known: ${p.count === 1 ? 'a node has' : `${p.count} nodes have`} errors`,
    () => 'the health page of the site names them; `tx compile` shows where they are',
  ),
  'port-in-use': error<{ port: number }>(
    (p) => `port ${p.port} is in use`,
    () => 'choose another one with `--port`, or `--port 0` for any that is free',
  ),
  'artifact-not-written': warning<{ path: string; reason: string }>(
    (p) => `\`${p.path}\` cannot be written: ${p.reason}`,
    ({ reason }) =>
      /ENOSPC|EDQUOT/.test(reason)
        ? 'make room on that disk, or set `target_path` in project.yaml to a folder on another one'
        : 'give your user the right to write there, or set `target_path` in project.yaml to another folder',
  ),
  'file-not-written': error<{ path: string; reason: string }>(
    (p) => `\`${p.path}\` cannot be written or removed: ${p.reason}`,
    () => 'give your user the right to write there, make room, or use another folder',
  ),
  'unknown-output-key': error<{ key: string; known: readonly string[] }>(
    (p) => `no node has a key \`${p.key}\``,
    (p) => didYouMean(p.key.split('.')[0] ?? '', p.known) ?? '`tx ls --output json` shows the usual keys, target/manifest.json all of them',
  ),
  'run-id-at-work': error<{ readonly name: string }>(
    ({ name }) => `run \`${name}\` is at work already`,
    () => 'wait for it, or give another `--run-id`',
  ),
  'run-id-watched': error<Record<string, never>>(
    () => '`--run-id` and `--watch` do not go together: what is watched is done again whenever it changes',
    () => 'leave one of them away',
  ),
  'run-id-of-copies': error<{ readonly line: string }>(
    ({ line }) => `what is repeated is \`${line}\`, which has no \`--run-id\``,
    () => 'leave it away: only what is not there yet is copied',
  ),
  'run-id-of-another': error<{ readonly name: string; readonly flag: string; readonly line: string }>(
    ({ name, flag, line }) => `run \`${name}\` was begun with another \`${flag}\`: \`${line}\``,
    () => 'repeat it as it was begun, or give another `--run-id`',
  ),
  'run-id-finished': error<{ readonly name: string; readonly nodes: readonly string[] }>(
    ({ name, nodes }) => `run \`${name}\` has finished what is to be repeated: ${listed(nodes)}`,
    () => 'leave `--run-id` away, or give another one: what is finished under a name is not done again',
  ),
  'quarantine-needs-model': error<{ action: string; count: number }>(
    ({ action, count }) => `\`tx quarantine ${action}\` ${count === 0 ? 'needs the name of a model' : `shows one model, not ${count}`}`,
    ({ action }) => `name ${action === 'show' ? 'one' : 'them'}, as in \`tx quarantine ${action} stg_orders\``,
  ),
  'show-needs-test': error<{ count: number }>(
    ({ count }) => `\`--failures\` shows the rows of one test, and ${count === 0 ? 'no test has that name' : `${count} tests are meant`}`,
    () => '`tx ls --resource-type test` lists the names of all tests',
  ),
  'show-needs-one': error<{ count: number }>(
    (p) => `\`tx show\` previews one node, but ${p.count} are selected`,
    () => 'name one: `tx show -s my_model`, or give SQL with `--inline`',
  ),
  'interval-incomplete': error<{ missing: string }>(
    ({ missing }) => {
      if (missing === '--restate') return '`--from` and `--to` stand without the models that are to be loaded again';
      return missing === 'range'
        ? 'what is to be loaded again is not said: `--from` and `--to` are missing'
        : `an interval needs both ends: \`${missing}\` is missing`;
    },
    ({ missing }) => {
      if (missing === '--restate') return 'name them: `--restate visits`';
      return missing === 'range'
        ? 'add both, as in `--from 2024-01-01 --to 2024-02-01`; what was never loaded, `tx build` loads without them, and `tx ls --output gaps` lists it'
        : `add \`${missing} 2024-02-01\``;
    },
  ),
  'interval-empty': error<{ start: string; end: string }>(
    (p) => `the interval from ${p.start} to ${p.end} is empty`,
    () => 'the end is not part of the interval, so it must be later than the start',
  ),
  'not-by-interval': error<{ names: readonly string[]; what: 'backfill' | 'restate' }>(
    ({ names, what }) =>
      names.length === 0
        ? 'none of what is selected is loaded interval by interval'
        : `${names.map((name) => `\`${name}\``).join(', ')} ${names.length === 1 ? 'is' : 'are'} not loaded interval by interval` +
          (what === 'restate' ? ', nor is anything below' : ''),
    ({ names }) =>
      'select a model with `incremental_strategy: time_interval`' +
      (names.length === 0 ? '' : `; others are built anew as a whole: \`tx build -s ${names.join(' ')} --full-refresh\``),
  ),
  'restate-not-seen': warning<{ name: string }>(
    (p) => `\`${p.name}\` adds what its own query calls new, and may not see what is loaded again above it`,
    (p) => `build it anew: \`tx build -s ${p.name} --full-refresh\``,
  ),
  'compile-errors-elsewhere': warning<{ count: number }>(
    (p) => `${p.count} ${p.count === 1 ? 'error' : 'errors'} in nodes that this command did not need`,
    () => '`tx compile` shows them',
  ),
};
