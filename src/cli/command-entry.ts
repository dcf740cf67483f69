/** What a command is to the command line: its words, what it does, and its flags. */
import type { Command } from 'commander';
import type { ExitCode } from './exit.ts';
import type { OutputOptions } from './options.ts';
import type { Screen } from './screen.ts';

export type Action<O> = (screen: Screen, options: O) => Promise<ExitCode> | ExitCode;

export interface Entry {
  readonly name: string;
  readonly alias?: string;
  /** A positional argument as help shows it, and what it is. */
  readonly argument?: readonly [string, string];
  /** A second one. */
  readonly further?: readonly [string, string];
  /** The words that the argument may be. */
  readonly choices?: readonly string[];
  readonly summary: string;
  readonly examples: readonly string[];
}

/** Adds the flags of one command. */
export type Configure = (command: Command) => void;

/** Adds a command. Each action names in `O` just what its flags give. */
export type Add = <O extends OutputOptions>(entry: Entry, action: Action<O>, configure?: Configure) => void;

export interface WithArguments extends OutputOptions {
  readonly args: readonly string[];
}
