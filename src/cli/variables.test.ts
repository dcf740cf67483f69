import { readFileSync } from 'node:fs';
import { CommanderError, InvalidArgumentError } from 'commander';
import type { Command, Option } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHost } from './host.ts';
import { createProgram } from './program.ts';

const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');

/** Arguments that a command cannot do without. */
const operands: Readonly<Record<string, readonly string[]>> = {
  init: ['shop'],
  lineage: ['orders.id'],
  completion: ['bash'],
  diff: ['--against', 'prod'],
  query: ['select 1'],
  generate: ['yaml'],
};

/** Words of which every flag with a value takes one, and every flag that is read takes not all. */
const samples = ['3', '2024-01-31', '{a: 1}', 'x y'];

const host = createHost('0.0.0', '.', undefined);

/** The flags of a command that its help shows. */
function flagsOf(command: Command): readonly Option[] {
  return command.options.filter((option) => !option.hidden && option.long !== '--help' && option.long !== '--version');
}

/** What the variable column of the page says about a flag, for this command or for all. */
function documented(command: string, flag: string): readonly string[] {
  const own = page.split(/^### /m).find((part) => part.startsWith(`tx ${command}\n`)) ?? '';
  const shared = page.split(/^## /m).find((part) => part.startsWith('Flags')) ?? '';
  const words = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
  for (const text of [own, shared]) {
    for (const [, flags, variables] of text.matchAll(/^\| ([^|]+) \|([^|]*)\|/gm)) {
      const long = words(flags).flatMap((word) => /--[a-z-]+/.exec(word) ?? []);
      const at = long.indexOf(flag);
      if (at === -1) continue;
      const names = words(variables).filter((word) => /^[A-Z_]+$/.test(word));
      return long.length > 1 && names.length === long.length ? names.slice(at, at + 1) : names;
    }
  }
  return [`no row for ${flag}`];
}

/** What the command is told by this command line and environment; undefined for a value that it refuses. */
async function told(name: string, args: readonly string[], variables: Readonly<Record<string, string>>): Promise<unknown> {
  for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value);
  try {
    const program = createProgram(host, { code: 0 }, name);
    let options: unknown;
    const command = program.commands.find((entry) => entry.name() === name);
    command?.action(() => {
      options = command.opts();
    });
    await program.parseAsync([name, ...(operands[name] ?? []), ...args], { from: 'user' });
    return options;
  } catch (cause) {
    if (cause instanceof CommanderError && cause.code === 'commander.invalidArgument') return undefined;
    throw cause;
  } finally {
    vi.unstubAllEnvs();
  }
}

function takes(option: Option, value: string): boolean {
  try {
    option.parseArg?.(value, option.defaultValue);
    return true;
  } catch (cause) {
    if (cause instanceof InvalidArgumentError || cause instanceof CommanderError) return false;
    throw cause;
  }
}

const commands = createProgram(host, { code: 0 }, undefined).commands.filter((command) => command.name() !== 'help');
const flags = commands.flatMap((command) => flagsOf(command).map((option) => ({ name: command.name(), option, flag: option.long ?? '' })));
const withVariable = flags.flatMap(({ option, ...rest }) =>
  option.envVar === undefined ? [] : [{ ...rest, option, variable: option.envVar, isSwitch: option.isBoolean() || option.negate }],
);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('flags that exclude each other', () => {
  it('are stronger than the variables of the others', async () => {
    const selector = await told('ls', ['--selector', 'a'], {});
    expect(await told('ls', ['--selector', 'a'], { TX_SELECT: 'b', TX_EXCLUDE: 'c' })).toEqual(selector);
    for (const flag of ['--select', '--exclude'])
      expect(await told('ls', [flag, 'a'], { TX_SELECTOR: 'b' })).toEqual(await told('ls', [flag, 'a'], {}));
  });
  it('both come from variables where none is given', async () => {
    expect(await told('ls', [], { TX_SELECT: 'b', TX_SELECTOR: 'a' })).toMatchObject({ select: ['b'], selector: 'a' });
  });
});

describe('the variable of each flag', () => {
  it('is the one that the page names, and has the name of the flag', () => {
    expect(flags.length).toBeGreaterThan(100);
    const wrong = flags.flatMap(({ name, option, flag }) => {
      const [first, ...more] = documented(name, flag);
      // The reader of this one is older than `tx`, and reads it itself.
      const real = flag === '--no-color' ? 'NO_COLOR' : option.envVar;
      const usual = real === undefined || flag === '--no-color' || real === `TX_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
      return first === real && more.length === 0 && usual ? [] : [`tx ${name} ${flag}: ${first} ${more.join(' ')} and really ${real}`];
    });
    expect(wrong).toEqual([]);
  });

  it.each(withVariable)('tx $name $flag: $variable says what the flag says', async ({ name, option, flag, variable, isSwitch }) => {
    const before = await told(name, [], {});
    if (isSwitch) {
      const byFlag = await told(name, [flag], {});
      expect(byFlag).not.toEqual(before);
      for (const yes of ['1', 'true', 'TRUE']) expect(await told(name, [], { [variable]: yes })).toEqual(byFlag);
      const opposite = option.negate ? `--${flag.slice(5)}` : `--no-${flag.slice(2)}`;
      const taken = await told(name, [opposite], { [variable]: '1' });
      expect(taken).toEqual(await told(name, [opposite], {}));
      expect(taken).not.toEqual(byFlag);
      for (const no of ['0', 'false']) expect(await told(name, [], { [variable]: no })).toEqual(taken);
      return;
    }
    const choices = option.argChoices ?? samples.filter((sample) => takes(option, sample));
    expect(choices.length).toBeGreaterThan(0);
    const last = choices.at(-1) ?? '';
    expect(await told(name, [flag, last], {})).not.toEqual(before);
    const words = option.variadic ? last.split(' ') : [last];
    // The variable of a list of selectors holds one text, which is split where it is understood.
    const isOneText = variable === 'TX_SELECT' || variable === 'TX_EXCLUDE';
    expect(await told(name, [], { [variable]: last })).toEqual(await told(name, [flag, ...(isOneText ? [last] : words)], {}));
  });

  it.each(withVariable)('tx $name $flag: $variable refuses what the flag refuses', async ({ name, option, flag, variable, isSwitch }) => {
    const free = ['--project-dir', '--target', '--vars', '--profile', '--state', '--selector', '--select', '--exclude', '--junit'];
    const lists = ['--resource-type', '--exclude-resource-type', '--output-keys', '--rule'];
    // What these name is looked for by the command, whoever named it.
    if (free.includes(flag) || lists.includes(flag)) return;
    const wrong = isSwitch || option.argChoices !== undefined ? ['maybe'] : samples.filter((sample) => !takes(option, sample));
    expect(wrong.length).toBeGreaterThan(0);
    for (const value of wrong) expect(await told(name, [], { [variable]: value }), value).toBeUndefined();
  });
});
