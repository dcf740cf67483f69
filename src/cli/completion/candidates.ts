/** What a shell may offer for the word under the cursor: commands, flags, and the names of the project. */
import type { Command, Option } from 'commander';
import type { KnownNames } from '../../cache/known-names.ts';
import { completeSelector } from './selector-words.ts';

export interface Candidate {
  readonly word: string;
  readonly description?: string;
}

/** Words to choose from, or that the shell itself knows better: files. */
export type Completion = { readonly kind: 'files' } | { readonly kind: 'words'; readonly candidates: readonly Candidate[] };

/** Where candidates come from; each is asked only when it is needed. */
export interface CandidateSources {
  readonly program: Command;
  readonly names: () => KnownNames | undefined;
  readonly targets: () => readonly string[];
  /** Environments that were built from this folder. */
  readonly environments: () => readonly string[];
  readonly codes: () => Promise<readonly string[]>;
  /** Rules of the linter. */
  readonly rules: () => Promise<readonly string[]>;
}

const files: Completion = { kind: 'files' };
const nothing: Completion = { kind: 'words', candidates: [] };

/** `words` is the command line behind `tx` up to the cursor: the last word is the one that is being typed, and may be empty. */
export async function findCandidates(words: readonly string[], sources: CandidateSources): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { program } = sources;
  const at = before.findIndex((word) => !word.startsWith('-') && word !== 'help');
  const name = before[at];
  const command = name === undefined ? undefined : program.commands.find((each) => each.name() === name || each.alias() === name);
  if (command === undefined)
    return name === undefined ? startingWith(current, [...commandsOf(program), ...flagsOf(program, current)]) : nothing;
  const { option, positional } = readBefore(command, before.slice(at + 1));
  const joined = /^(--[^=]+)=(.*)$/s.exec(current);
  if (joined !== null) {
    const [, flag = '', value = ''] = joined;
    const named = command.options.find(({ long }) => long === flag);
    return named === undefined ? nothing : prefixed(`${flag}=`, await completeValue(named, value, sources));
  }
  if (current.startsWith('-')) return startingWith(current, flagsOf(command, current));
  if (option !== undefined) return await completeValue(option, current, sources);
  if (command.name() === 'generate' && positional === 1) return wordsOf(current, namesToGenerate(before, sources.names()));
  if (command.name() === 'env' && positional === 1 && before.includes('drop')) return wordsOf(current, sources.environments());
  if (command.name() === 'state' && positional > 0) {
    if (before.includes('import')) return files;
    return before.includes('show') || before.includes('reset') ? wordsOf(current, completeSelector(current, sources.names())) : nothing;
  }
  return positional === 0 || command.name() === 'fmt' ? completeArgument(command, current, sources) : nothing;
}

/** What the kinds of files that can be generated are made for. */
function namesToGenerate(before: readonly string[], names: KnownNames | undefined): readonly string[] {
  if (before.includes('staging')) return names?.sources ?? [];
  return before.includes('unit-test') ? (names?.models ?? []) : [];
}

function commandsOf(program: Command): readonly Candidate[] {
  return program.commands.map((command) => ({ word: command.name(), description: command.description() }));
}

/** Short flags are quicker typed than chosen: they are offered only to who has typed one dash. */
function flagsOf(command: Command, current: string): readonly Candidate[] {
  if (!current.startsWith('-')) return [];
  const shown = command.options.filter(({ hidden }) => !hidden);
  const long = shown.flatMap(({ long: word, description }) => (word === undefined ? [] : [{ word, description }]));
  const short = shown.flatMap(({ short: word, description }) => (word === undefined ? [] : [{ word, description }]));
  return [...long, ...(current === '-' ? short : []), { word: '--help', description: 'print this help' }];
}

/** The flag that waits for a value, and how many arguments stand there already. */
function readBefore(command: Command, words: readonly string[]): { readonly option: Option | undefined; readonly positional: number } {
  let option: Option | undefined;
  let positional = 0;
  for (const word of words) {
    if (word.startsWith('-')) {
      const found = command.options.find(({ long, short }) => word === long || word === short);
      option = found !== undefined && (found.required || found.optional) ? found : undefined;
    } else if (option === undefined) positional += 1;
    else if (!option.variadic) option = undefined;
  }
  return { option, positional };
}

const selectorFlags: ReadonlySet<string> = new Set(['select', 'exclude', 'node']);
const fileFlags: ReadonlySet<string> = new Set(['projectDir', 'state', 'profile', 'junit']);

async function completeValue(option: Option, current: string, sources: CandidateSources): Promise<Completion> {
  const name = option.attributeName();
  if (option.argChoices !== undefined) return wordsOf(current, option.argChoices);
  if (selectorFlags.has(name)) return wordsOf(current, completeSelector(current, sources.names()));
  if (name === 'rule') return wordsOf(current, await sources.rules());
  if (name === 'target') return wordsOf(current, sources.targets());
  if (name === 'env') return wordsOf(current, sources.environments());
  if (name === 'against') {
    const targets = startingWith(
      current,
      sources.targets().map((word) => ({ word })),
    );
    return targets.kind === 'words' && targets.candidates.length > 0 ? targets : files;
  }
  if (name === 'selector') return wordsOf(current, sources.names()?.selectors ?? []);
  if (name === 'resourceType' || name === 'excludeResourceType')
    return wordsOf(current, ['model', 'seed', 'snapshot', 'source', 'exposure', 'test', 'unit_test']);
  return fileFlags.has(name) || name === 'output' ? files : nothing;
}

async function completeArgument(command: Command, current: string, sources: CandidateSources): Promise<Completion> {
  const choices = command.registeredArguments[0]?.argChoices;
  if (choices !== undefined) return wordsOf(current, choices);
  switch (command.name()) {
    case 'explain':
      return wordsOf(current, await sources.codes());
    case 'lineage': {
      const names = sources.names();
      const nodes = [...(names?.models ?? []), ...(names?.seeds ?? []), ...(names?.snapshots ?? []), ...(names?.sources ?? [])];
      return wordsOf(
        current,
        nodes.map((name) => `${name}.`),
      );
    }
    case 'promote':
      return wordsOf(current, sources.environments());
    case 'fmt':
    case 'init':
      return files;
    default:
      return nothing;
  }
}

function wordsOf(current: string, words: readonly string[]): Completion {
  return startingWith(
    current,
    words.map((word) => ({ word })),
  );
}

function startingWith(current: string, candidates: readonly Candidate[]): Completion {
  return { kind: 'words', candidates: candidates.filter(({ word }) => word.startsWith(current)) };
}

function prefixed(prefix: string, completion: Completion): Completion {
  if (completion.kind === 'files') return completion;
  return {
    kind: 'words',
    candidates: completion.candidates.map(({ word, ...rest }) => ({ word: `${prefix}${word}`, ...rest })),
  };
}
