/** The flags of a run as its records keep them, in dbt's words, and as somebody would type them. */
import type { Command } from '../plan/plan.ts';

export type RunArgument = string | number | boolean | null | readonly string[];

export type RunArguments = Readonly<Record<string, RunArgument>>;

const commands: readonly Command[] = ['run', 'build', 'test', 'seed', 'snapshot'];

/** The command of that name, if it leaves a record. */
export function recordedCommand(name: unknown): Command | undefined {
  return commands.find((command) => command === name);
}

/** The flags in an object that was read from a file; values of other forms are left out. */
export function readRunArguments(value: Readonly<Record<string, unknown>>): RunArguments {
  const known: Record<string, RunArgument> = {};
  for (const [name, argument] of Object.entries(value)) if (isArgument(argument)) known[name] = argument;
  return known;
}

function isArgument(value: unknown): value is RunArgument {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return true;
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** Flags by the names that records give them, in the order in which they are shown; a list holds what is said when the value is false. */
const flags: Readonly<Record<string, string | readonly [string]>> = {
  select: '--select',
  exclude: '--exclude',
  selector: '--selector',
  resource_types: '--resource-type',
  exclude_resource_types: '--exclude-resource-type',
  indirect_selection: '--indirect-selection',
  state: '--state',
  defer: '--defer',
  favor_state: '--favor-state',
  full_refresh: '--full-refresh',
  adopt: '--adopt',
  force: '--force',
  audit: ['--no-audit'],
  run_proven: '--run-proven',
  analyze: ['--no-analyze'],
  restate: '--restate',
  from: '--from',
  to: '--to',
  chunk: '--chunk',
  parallel: '--parallel',
  resume: '--resume',
  event_time_start: '--event-time-start',
  event_time_end: '--event-time-end',
  vars: '--vars',
  target: '--target',
  env: '--env',
};

/** The command with its flags: `tx build --select orders`. Flags that came from variables are written out too. */
export function commandLine(command: Command, args: RunArguments): string {
  const copies = typeof args['promote'] === 'string' || args['clone'] === true;
  const words = Object.entries(flags).flatMap(([name, flag]) => {
    // What copies builds all the same.
    const value = copies && name === 'force' ? null : (args[name] ?? null);
    if (typeof flag !== 'string') return value === false ? flag : [];
    if (value === true) return [flag];
    if (value === false || value === null) return [];
    if (typeof value === 'object') return value.length === 0 ? [] : [flag, ...value.map(quoted)];
    return [flag, quoted(String(value))];
  });
  return ['tx', ...wordsOf(command, args), ...words].join(' ');
}

/** What was typed in front of the flags. */
function wordsOf(command: Command, { backfill, promote, clone }: RunArguments): readonly string[] {
  if (typeof promote === 'string') return ['promote', quoted(promote)];
  if (clone === true) return ['clone'];
  return [backfill === true ? 'backfill' : command];
}

/** A word as a shell takes it; plain words stay as they are. */
function quoted(word: string): string {
  return /^[\w.:/+@,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
