/** The mark that a run leaves before it begins, and takes away once its record is written: who finds it knows that no record tells of that run. */
import type { Command } from '../plan/plan.ts';
import { isObject, parseObject } from './parse-object.ts';
import type { RunArguments } from './run-arguments.ts';
import { readRunArguments, recordedCommand } from './run-arguments.ts';

export interface UnfinishedRun {
  readonly command: Command;
  readonly args: RunArguments;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  /** The process that began it. */
  readonly pid: number;
  /** How it ended, where it could still say so; undefined while it goes on, and after its process was killed. */
  readonly exitCode: number | undefined;
  /** The target knows of it: what it was to open there is open. */
  readonly isOpen?: boolean;
}

/** The text of the mark. */
export function renderUnfinishedRun({ command, args, startedAt, pid, exitCode, isOpen }: UnfinishedRun): string {
  const open = isOpen === true ? { open: true } : {};
  return `${JSON.stringify({ command, started_at: startedAt, pid, exit_code: exitCode ?? null, ...open, args })}\n`;
}

/** Reads such a text; undefined for any other. */
export function readUnfinishedRun(text: string): UnfinishedRun | undefined {
  const root = parseObject(text);
  const command = recordedCommand(root?.['command']);
  if (root === undefined || command === undefined) return undefined;
  const { args, started_at: startedAt, pid, exit_code: exitCode, open } = root;
  if (typeof startedAt !== 'string' || typeof pid !== 'number' || !isObject(args)) return undefined;
  const own = { command, args: readRunArguments(args), startedAt, pid, exitCode: typeof exitCode === 'number' ? exitCode : undefined };
  return open === true ? { ...own, isOpen: true } : own;
}
