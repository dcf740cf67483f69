/** Flags about intervals that are loaded again. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { beginPattern } from '../intervals/local-time.ts';
import { addFlag, collect, instant, plainOption, positiveInteger } from './options.ts';

/** A date or a time as models by interval take it: without a zone by their own clocks. */
function moment(text: string): string {
  instant(text);
  if (!beginPattern.test(text)) throw new InvalidArgumentError('must be a date like `2024-01-31` or `2024-01-31T06:00`');
  return text;
}

/** The bounds of what is loaded again. */
export function addRangeOptions(command: Command): Command {
  return command
    .addOption(plainOption('--from <time>', 'start of what is loaded again').argParser(moment))
    .addOption(plainOption('--to <time>', 'end of it (not included)').argParser(moment));
}

/** Loads intervals again, with all that follows from them. */
export function addRestateOptions(command: Command): Command {
  const restate = plainOption('--restate <spec...>', 'load intervals of these and below again').default([], 'none').argParser(collect);
  return addFlag(addRangeOptions(command.addOption(restate)), '--no-gaps', 'refuse to load beyond missing intervals');
}

/** What `tx backfill` loads, and how. */
export function addBackfillOptions(command: Command): Command {
  return addRangeOptions(command)
    .addOption(plainOption('--chunk <n>', 'so many batches in one transaction').argParser(positiveInteger))
    .addOption(plainOption('--parallel <n>', 'queries of so many batches at a time').argParser(positiveInteger))
    .addOption(plainOption('--resume', 'only what is missing of the range'));
}
