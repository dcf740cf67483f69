/** The flags of every command, in dbt's words, each with its environment twin. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Tolerance } from '../adapter/compare-sql.ts';
import { envNameProblem } from '../project/target-environment.ts';
import { indirectSelections } from '../project/indirect-selection.ts';
import type { IndirectSelection } from '../project/indirect-selection.ts';

export interface ProjectOptions {
  readonly projectDir?: string;
  readonly target?: string;
  /** The environment of the target that is meant, instead of the target itself. */
  readonly env?: string;
  readonly vars?: string;
  /** False: nothing that was compiled earlier is used, and nothing is kept. */
  readonly cache?: boolean;
}

export interface OutputOptions {
  /** The variables that gave the values of flags: `--vars` came from `TX_VARS`. */
  readonly fromVariables?: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
  /** File for a trace of what took time. */
  readonly profile?: string;
  readonly color?: boolean;
  readonly logFormat: 'text' | 'json';
}

export interface SelectionOptions {
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly resourceType: readonly string[];
  readonly excludeResourceType: readonly string[];
  /** The name of a selector, instead of the flags above. */
  readonly selector?: string;
  /** Folder with the artifacts of an earlier run. */
  readonly state?: string;
  readonly indirectSelection?: IndirectSelection;
}

export interface DatabaseOptions {
  /** Seconds to wait for a locked database; true means an hour. */
  readonly wait?: number | true;
}

export interface DeferOptions {
  /** What is not selected and does not stand in the target is read where the saved state has it. */
  readonly defer?: boolean;
  /** The same for all that is not selected and stands there. */
  readonly favorState?: boolean;
}

export interface RunOptions extends ProjectOptions, OutputOptions, SelectionOptions, DatabaseOptions, DeferOptions {
  readonly threads?: number;
  /** Form of the result on stdout. */
  readonly output?: 'text' | 'json';
  readonly fullRefresh?: boolean;
  readonly failFast?: boolean;
  readonly adopt?: boolean;
  /** Build and test also what stands unchanged. */
  readonly force?: boolean;
  /** File for a JUnit report. */
  readonly junit?: string;
  /** False where tests come after the publication. */
  readonly audit?: boolean;
  /** Ask the database also what follows from the queries. */
  readonly runProven?: boolean;
  /** False where queries are not typed before anything runs. */
  readonly analyze?: boolean;
  /** Seconds to wait for what another session has locked. */
  readonly lockTimeout?: number;
  readonly eventTimeStart?: string;
  readonly eventTimeEnd?: string;
  /** What is loaded again between two times, with all that follows from it. */
  readonly restate?: readonly string[];
  /** Bounds of what is loaded again, as they were written. */
  readonly from?: string;
  readonly to?: string;
  /** False where nothing is done while there are gaps. */
  readonly gaps?: boolean;
  /** Only the range is loaded (`tx backfill`). */
  readonly backfill?: boolean;
  /** So many batches have one transaction. */
  readonly chunk?: number;
  /** Queries of so many batches run at a time. */
  readonly parallel?: number;
  /** What is loaded already stays. */
  readonly resume?: boolean;
  /** The environment whose rows are taken over (`tx promote`). */
  readonly promote?: string;
  /** Rows of the target are taken over (`tx clone`). */
  readonly clone?: boolean;
  /** A name under which what is finished is not done again. */
  readonly runId?: string;
  /** Run again what changes, until somebody quits. */
  readonly watch?: boolean;
}

/** Digits and nothing else: `1e2` and `0x10` are what nobody writes on purpose. */
function plainInteger(text: string): number | undefined {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}

export function positiveInteger(text: string): number {
  const number = plainInteger(text);
  if (number === undefined || number < 1 || number > 1024) throw new InvalidArgumentError('must be a whole number from 1 to 1024');
  return number;
}

/** The rules of `tx lint` that are asked for. */
export function ruleOption(): Option {
  return repeatable('--rule <rule...>', 'only these rules', 'TX_RULE', collectWords).helpGroup(helpGroups.own);
}

function integerUpTo(most: number): (text: string) => number {
  return (text) => {
    const number = plainInteger(text);
    if (number === undefined || number > most) throw new InvalidArgumentError(`must be a whole number from 0 to ${most}`);
    return number;
  };
}

export const percentage: (text: string) => number = integerUpTo(100);
export const portNumber: (text: string) => number = integerUpTo(65_535);

/** Rows of a sample; none of them is fine too. */
export const sampleLimit: (text: string) => number = integerUpTo(1000);

/** A number above 0. */
export function positiveNumber(text: string): number {
  const number = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : 0;
  if (number <= 0) throw new InvalidArgumentError('must be a number above 0, like `3.5`');
  return number;
}

/** A number, or a part of the larger of two numbers. */
export function tolerance(text: string): Tolerance {
  const [, number, percent] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%)?$/.exec(text.trim()) ?? [];
  if (number === undefined) throw new InvalidArgumentError('must be a number like `0.01`, or a part like `0.1%`');
  return { value: Number(number), percent: percent !== undefined };
}

/** Rows that a preview may show; `-1`, as in dbt, all that there are. */
export function rowLimit(text: string): number {
  const number = Number(text);
  if (number === -1) return Number.POSITIVE_INFINITY;
  if (!Number.isSafeInteger(number) || number < 1 || number > 1_000_000)
    throw new InvalidArgumentError('must be a whole number from 1, or -1 for all');
  return number;
}

/** The variable of `--wait` can say what the flag says without a number. */
function seconds(text: string): number | true {
  if (text === 'true') return true;
  const number = text === 'false' ? 0 : Number(text);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError('must be a number of seconds');
  return number;
}

/** Two mappings would have to be merged, key by key or as a whole: nobody has to guess. */
function once(text: string, previous: string | undefined): string {
  if (previous !== undefined) throw new InvalidArgumentError('must be given once, as in `{a: 1, b: 2}`');
  return text;
}

/** ISO 8601 date or date and time, taken as UTC when it has no zone; gives the same instant with `Z`. */
export function instant(text: string): string {
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(text.trim());
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || !text.includes(':') ? text : `${text}Z`;
  const date = new Date(zoned.trim().replace(' ', 'T'));
  const [year = 0, month = 0, day = 0] = text.trim().slice(0, 10).split('-').map(Number);
  // JavaScript takes the 30th of February for the 2nd of March.
  if (iso === null || Number.isNaN(date.getTime()) || day > new Date(Date.UTC(year, month, 0)).getUTCDate())
    throw new InvalidArgumentError('must be a date like `2024-01-31` or `2024-01-31T06:00:00Z`');
  return date.toISOString();
}

/** The variable that stands for a flag. */
function twinOf(option: Option): string {
  return `TX_${option.name().replaceAll('-', '_').toUpperCase()}`;
}

/** A switch with its twin, and the form that takes it back: `TX_QUIET=1`, `--no-quiet`; `TX_NO_CACHE=1`, `--cache`. */
function addSwitch(command: Command, option: Option): Command {
  option.env(twinOf(option));
  const opposite = option.negate ? `--${option.name().replace(/^no-/, '')}` : `--no-${option.name()}`;
  return command.addOption(option).addOption(new Option(opposite, `not: ${option.description}`).hideHelp());
}

export const addFlag = (command: Command, flags: string, description: string): Command =>
  addSwitch(command, new Option(flags, description));

const truth: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false };

/** Flags of which some exclude others. */
const excluding: readonly (readonly [name: string, others: readonly string[], free: unknown])[] = [
  ['selector', ['select', 'exclude'], undefined],
  ['select', ['selector'], []],
  ['exclude', ['selector'], []],
  ['output', ['outputKeys'], 'selector'],
];

/** A flag is stronger than the variable of a flag that cannot stand beside it. */
export function dropWeakerTwins(command: Command): void {
  for (const [name, others, free] of excluding) {
    const isFlag = others.some((other) => command.getOptionValueSource(other) === 'cli');
    if (isFlag && command.getOptionValueSource(name) === 'env') command.setOptionValueWithSource(name, free, 'default');
  }
}

/** The flags of a command that variables have set, by their names. */
export function flagsFromVariables(command: Command): Readonly<Record<string, string>> {
  return Object.fromEntries(
    command.options.flatMap((option) =>
      option.envVar !== undefined && option.long !== undefined && command.getOptionValueSource(option.attributeName()) === 'env'
        ? [[option.long, option.envVar]]
        : [],
    ),
  );
}

/** commander takes any value of a flag's twin for yes; this reads what the value says. */
export function readFlagTwins(command: Command, env: Readonly<Record<string, string | undefined>>): void {
  for (const option of command.options) {
    const { envVar } = option;
    const name = option.attributeName();
    const isFlag = option.isBoolean() || option.negate;
    if (envVar === undefined || !isFlag || command.getOptionValueSource(name) !== 'env') continue;
    const value = truth[(env[envVar] ?? '').toLowerCase()];
    if (value === undefined) {
      const problem = `error: option '${option.flags}' value '${env[envVar] ?? ''}' from env '${envVar}' is invalid. must be 1, 0, true or false`;
      command.error(problem, { exitCode: 2, code: 'commander.invalidArgument' });
    }
    command.setOptionValueWithSource(name, option.negate ? !value : value, 'env');
  }
}

export const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

/** The twin of a list of words holds all of them. */
const collectWords = (value: string, previous: readonly string[]): readonly string[] => [
  ...previous,
  ...value.split(/[\s,]+/).filter((word) => word !== ''),
];

/** A repeatable option that also takes several words: `-s a b -s c`. */
function repeatable(flags: string, description: string, twin: string, parse = collect): Option {
  return new Option(flags, description).default([], 'none').env(twin).argParser(parse);
}

/** Headings of the help, in the order in which commands add their flags. */
export const helpGroups = {
  selection: 'Selection:',
  project: 'Project:',
  database: 'Database:',
  interval: 'Interval:',
  building: 'Building:',
  own: 'Of this command:',
  output: 'Output:',
} as const;

/** Options that are added from now on stand under this heading. */
function group(command: Command, name: keyof typeof helpGroups): Command {
  return command.optionsGroup(helpGroups[name]);
}

function envName(text: string): string {
  const problem = envNameProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return text;
}

export function addProjectOptions(command: Command): Command {
  const named = group(command, 'project')
    .addOption(new Option('--project-dir <folder>', 'folder of the project (default: upwards)').env('TX_PROJECT_DIR'))
    .addOption(new Option('-t, --target <name>', 'target of project.yaml').env('TX_TARGET'))
    .addOption(new Option('--env <name>', 'environment of the target, like pr_42').argParser(envName).env('TX_ENV'))
    .addOption(new Option('--vars <yaml>', "variables: '{start_date: 2024-01-01}'").argParser(once).env('TX_VARS'));
  return addFlag(named, '--no-cache', 'compile everything, keep nothing of it');
}

export function addOutputOptions(command: Command): Command {
  return addFlag(group(command, 'output'), '-q, --quiet', 'print results and errors only')
    .addOption(new Option('--no-color', 'no colours (also NO_COLOR)'))
    .addOption(new Option('--log-format <format>', 'progress on stderr').choices(['text', 'json']).default('text').env('TX_LOG_FORMAT'))
    .addOption(new Option('--profile <file>', 'write where the time went (Chrome trace)').env('TX_PROFILE'));
}

export function addSelectionOptions(command: Command): Command {
  return group(command, 'selection')
    .addOption(repeatable('-s, --select <spec...>', 'names, tag:…, path:…, +parents, children+', 'TX_SELECT'))
    .addOption(repeatable('--exclude <spec...>', 'what to leave out, in the same words', 'TX_EXCLUDE'))
    .addOption(new Option('--selector <name>', 'what a selector of selectors.yaml selects').env('TX_SELECTOR'))
    .addOption(new Option('--state <folder>', 'an earlier run, for state:… and --defer').env('TX_STATE'))
    .addOption(repeatable('--resource-type <type...>', 'only model, seed, snapshot, unit_test, …', 'TX_RESOURCE_TYPE', collectWords))
    .addOption(repeatable('--exclude-resource-type <type...>', 'all but these kinds', 'TX_EXCLUDE_RESOURCE_TYPE', collectWords))
    .addOption(new Option('--indirect-selection <mode>', 'tests').choices(indirectSelections).env('TX_INDIRECT_SELECTION'));
}

/** Where parents are read that nobody builds. */
export function addDeferOptions(command: Command): Command {
  const deferring = addFlag(group(command, 'selection'), '--defer', 'read what is not here in --state');
  return addFlag(deferring, '--favor-state', 'the same, also for what is here');
}

/** Stays and runs what changes. */
export function addWatchOption(command: Command, heading: 'own' | 'building'): Command {
  return addFlag(group(command, heading), '--watch', 'stay, and run what changes');
}

/** Whether queries are typed before anything else. */
export function addAnalyzeOption(command: Command, heading: 'own' | 'building'): Command {
  return addFlag(group(command, heading), '--no-analyze', 'do not look at columns and types');
}

/** Which keys a listing in JSON has. */
export function addOutputKeysOption(command: Command): Command {
  return group(command, 'output').addOption(
    repeatable('--output-keys <key...>', 'keys of JSON, e.g. config.materialized', 'TX_OUTPUT_KEYS', collectWords),
  );
}

export function addDatabaseOptions(command: Command): Command {
  return group(command, 'database').addOption(
    new Option('--wait [seconds]', 'wait for a locked database (an hour)').argParser(seconds).env('TX_WAIT'),
  );
}

export function addThreadsOption(command: Command): Command {
  return group(command, 'database').addOption(
    new Option('--threads <n>', 'nodes at a time (default: the target’s)').argParser(positiveInteger).env('TX_THREADS'),
  );
}

/** What a new project is made for. */
export function addEngineOption(command: Command): Command {
  return group(command, 'own').addOption(
    new Option('--engine <engine>', 'database that the project is for').choices(['duckdb', 'postgres']).default('duckdb').env('TX_ENGINE'),
  );
}

export function addLockTimeoutOption(command: Command): Command {
  return command.addOption(
    new Option('--lock-timeout <seconds>', 'wait for locks of others (default: 300)').argParser(seconds).env('TX_LOCK_TIMEOUT'),
  );
}

/** Flags of commands that build. */
export function addBuildOptions(command: Command): Command {
  addIntervalOptions(command);
  addFlag(group(command, 'building'), '-f, --full-refresh', 'rebuild incremental models from nothing');
  return addAnalyzeOption(addFlag(command, '--adopt', 'replace what `tx` did not build'), 'building');
}

export function addForceOption(command: Command): Command {
  return addFlag(group(command, 'building'), '--force', 'also build and test what is unchanged');
}

/** Letters that are the same in every database and file, and room for the number of a later run. */
function runName(text: string): string {
  if (!/^[A-Za-z0-9][\w.:+@/=-]{0,49}$/.test(text))
    throw new InvalidArgumentError('must be at most 50 letters, digits and signs of `_.:+@/=-`');
  return text;
}

export function addRunIdOption(command: Command): Command {
  const option = new Option('--run-id <name>', 'do not do again what this run has finished').argParser(runName).env('TX_RUN_ID');
  return group(command, 'building').addOption(option);
}

export function addAuditOption(command: Command): Command {
  addFlag(group(command, 'building'), '--no-audit', 'publish before the tests, not after them');
  return addFlag(command, '--run-proven', 'also run tests that follow from the queries');
}

export function addFailFastOption(command: Command): Command {
  return addFlag(group(command, 'building'), '-x, --fail-fast', 'stop at the first failure');
}

/** The interval that `{{interval.start}}` and `{{interval.end}}` stand for. */
export function addIntervalOptions(command: Command): Command {
  return group(command, 'interval')
    .addOption(new Option('--event-time-start <time>', 'start of `{{interval.start}}`').argParser(instant).env('TX_EVENT_TIME_START'))
    .addOption(new Option('--event-time-end <time>', 'end of the interval (not included)').argParser(instant).env('TX_EVENT_TIME_END'));
}

/** A flag with a value that only this command has, without a variable: it says what one call is about. */
export const plainOption = (flags: string, description: string): Option => new Option(flags, description).helpGroup(helpGroups.own);

/** The same with its twin: a flag that stands for a habit. */
export function ownOption(flags: string, description: string): Option {
  const option = plainOption(flags, description);
  return option.env(twinOf(option));
}

/** Switches that only this command has, with their descriptions; each gets its twin. */
export function addOwnSwitches(command: Command, switches: Readonly<Record<string, string>>): Command {
  for (const [flags, description] of Object.entries(switches)) addSwitch(command, plainOption(flags, description));
  return command;
}

/** Says yes beforehand; without a variable, which could say it to all. */
export const addYesOption = (command: Command, description: string): Command => command.addOption(plainOption('--yes', description));

/** In which form the result is printed. */
export const outputOption = (choices: readonly string[], fallback: string): Option =>
  new Option('--output <form>', 'result on stdout').choices(choices).default(fallback).env('TX_OUTPUT').helpGroup(helpGroups.output);

export const resultOption = (): Option => outputOption(['text', 'json'], 'text');

/** Where CI systems find the result of a run. */
export const junitOption = (): Option =>
  new Option('--junit <file>', 'write the result as JUnit XML').env('TX_JUNIT').helpGroup(helpGroups.output);
