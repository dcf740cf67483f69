/** Says what is wrong with a command line, in the form of every other error. */
import type { Command, CommanderError } from 'commander';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

const VALUE = /^error: option '(.+?)' (?:argument|value) '([^]*?)'(?: from env '(\w+)')? is invalid\.\s*([^]*)$/;
const ARGUMENT = /^error: command-argument value '([^]*)' is invalid for argument '(.+?)'\.\s*([^]*)$/;
const CHOICES = /^Allowed choices are (.+?)\.?$/;

/** The text between the first pair of quotes that commander puts around a name. */
function quotedIn(message: string): string {
  return /'([^]*?)'(?:\n|\.|$| argument| not specified)/.exec(message)?.[1] ?? '';
}

function choicesOf(reason: string): readonly string[] | undefined {
  return CHOICES.exec(reason)?.[1]?.split(', ');
}

/** `--threads` of `-t, --threads <n>`. */
function longFlag(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

function valueProblem(message: string, command: string): Diagnostic | undefined {
  const [, flags, value = '', variable, reason = ''] = VALUE.exec(message) ?? [];
  if (flags !== undefined) {
    const name = variable ?? longFlag(flags);
    return diagnose('flag-value', { name, value, reason, choices: choicesOf(reason), command });
  }
  const [, given = '', argument, why = ''] = ARGUMENT.exec(message) ?? [];
  return argument === undefined
    ? undefined
    : diagnose('flag-value', { name: argument, value: given, reason: why, choices: choicesOf(why), command });
}

function commandLine(program: Command, command: Command): string {
  return command === program ? program.name() : `${program.name()} ${command.name()}`;
}

/** The diagnostic for what commander refused; undefined for what is no mistake: help and version. */
export function usageDiagnostic({ code, message }: CommanderError, program: Command, wanted: string | undefined): Diagnostic | undefined {
  const command =
    program.commands.find((entry) => entry.name() === wanted || (wanted !== undefined && entry.aliases().includes(wanted))) ?? program;
  const line = commandLine(program, command);
  switch (code) {
    case 'commander.unknownCommand':
      return diagnose('unknown-command', { command: quotedIn(message), known: program.commands.map((entry) => entry.name()) });
    case 'commander.unknownOption': {
      const known = command.options.flatMap((option) => (option.hidden || option.long === undefined ? [] : [option.long]));
      return diagnose('unknown-flag', { flag: quotedIn(message), command: line, known });
    }
    case 'commander.invalidArgument':
      return valueProblem(message, line);
    case 'commander.missingMandatoryOptionValue':
    case 'commander.optionMissingArgument': {
      const flags = quotedIn(message);
      return diagnose('flag-value', { name: longFlag(flags), value: undefined, reason: '', choices: undefined, command: line });
    }
    case 'commander.missingArgument':
      return diagnose('wrong-arguments', { command: line, missing: quotedIn(message), given: 0, selects: false });
    case 'commander.excessArguments': {
      const given = Number(/but got (\d+)/.exec(message)?.[1] ?? 0);
      const selects = command.options.some((option) => option.long === '--select');
      return diagnose('wrong-arguments', { command: line, missing: undefined, given, selects });
    }
    default:
      return undefined;
  }
}
