/** The command line: every command with its flags, and what happens with what they throw. */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { Action, Add, Configure, Entry, WithArguments } from './command-entry.ts';
import { exitCodes } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Host } from './host.ts';
import { addBackfillOptions, addRestateOptions } from './interval-options.ts';
import {
  addEngineOption,
  addAuditOption,
  addBuildOptions,
  addDeferOptions,
  addDatabaseOptions,
  addFailFastOption,
  addForceOption,
  addLockTimeoutOption,
  addOutputOptions,
  addOwnSwitches,
  addProjectOptions,
  addRunIdOption,
  addSelectionOptions,
  addThreadsOption,
  dropWeakerTwins,
  flagsFromVariables,
  addWatchOption,
  helpGroups,
  plainOption,
  readFlagTwins,
  junitOption,
  resultOption,
} from './options.ts';
import type { OutputOptions, ProjectOptions, RunOptions } from './options.ts';
import { addReadCommands } from './read-commands.ts';
import { addStateCommands } from './state-commands.ts';
import { addTidyCommands } from './tidy-commands.ts';
import type { Command as RunKind } from '../plan/plan.ts';

/** Instead of the variable beside each flag, which would double the lines. */
function variablesHint({ options }: Command): string {
  const example =
    options.find(({ long }) => long === '--fail-fast') ?? options.find(({ envVar, long }) => envVar !== undefined && long !== undefined);
  if (example?.envVar === undefined) return '';
  return `\nFlags have variables: ${example.envVar} stands for ${example.long}.\n`;
}

/** One line for each flag: the words that it can be, and no variable. */
function describeOption({ description, argChoices }: Option): string {
  return argChoices === undefined ? description : `${description}: ${argChoices.join(', ')}`;
}

/** `tx source freshness` is dbt's spelling of `tx freshness`. */
function knownSpelling(argv: readonly string[]): readonly string[] {
  return argv[0] === 'source' && argv[1] === 'freshness' ? argv.slice(1) : argv;
}

/** Runs the command line; gives the exit code. Never throws. */
export async function runProgram(outside: Host, given: readonly string[]): Promise<ExitCode> {
  const argv = knownSpelling(given);
  if (argv[0] === '__complete') return await complete(outside, argv.slice(argv[1] === '--' ? 2 : 1));
  const host = wantsProfile(outside, argv) ? (await import('./profile.ts')).profiledHost(outside, wantedCommand(argv)) : outside;
  const outcome: { code: ExitCode } = { code: exitCodes.ok };
  const program = createProgram(host, outcome, wantedCommand(argv));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return outcome.code;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    if (cause.exitCode === 0) return exitCodes.ok;
    await showUsageError(host, argv, cause, program);
    await markRefused(host, program, wantedCommand(argv));
    return exitCodes.usage;
  }
}

/** What the scripts of `tx completion` call. A word in progress cannot be wrong, so nothing is reported. */
async function complete(host: Host, words: readonly string[]): Promise<ExitCode> {
  const { completeWords } = await import('./commands/completion.ts');
  // One shell can hand over an empty word only in quotes.
  const typed = words.map((word) => (word === '""' ? '' : word));
  await completeWords(host, createProgram(host, { code: exitCodes.ok }, undefined), typed);
  return exitCodes.ok;
}

async function showUsageError(host: Host, argv: readonly string[], cause: CommanderError, program: Command): Promise<void> {
  const [{ createScreen }, { usageDiagnostic }] = await Promise.all([import('./screen.ts'), import('./usage-error.ts')]);
  const diagnostic = usageDiagnostic(cause, program, wantedCommand(argv));
  // The flags were not read: these two are looked for, so that the error has the form that was asked for.
  const json = /(?:^| )--log-format[ =]json(?: |$)/.test(argv.join(' ')) || host.env['TX_LOG_FORMAT'] === 'json';
  const screen = createScreen(host, { logFormat: json ? 'json' : 'text', color: !argv.includes('--no-color') });
  if (diagnostic !== undefined) screen.showDiagnostics([diagnostic]);
}

/** A run with a mistake in its flags is the last run all the same. */
async function markRefused(host: Host, program: Command, wanted: string | undefined): Promise<void> {
  const command = (['run', 'build', 'test', 'seed', 'snapshot'] as const).find((name) => name === wanted);
  if (command === undefined) return;
  const { projectDir = host.env['TX_PROJECT_DIR'] } =
    program.commands.find((entry) => entry.name() === command)?.opts<ProjectOptions>() ?? {};
  const { createUnfinishedMark } = await import('./unfinished-mark.ts');
  const options = projectDir === undefined ? {} : { projectDir };
  await createUnfinishedMark(host, options, { command, args: {} }).stopped(exitCodes.usage);
}

/** Looked for before the flags are read: reading them is measured too. */
function wantsProfile({ env }: Host, argv: readonly string[]): boolean {
  return env['TX_PROFILE'] !== undefined || argv.some((word) => word === '--profile' || word.startsWith('--profile='));
}

/** The command that the user named: only its flags have to be there, which halves the time of a start. */
function wantedCommand(argv: readonly string[]): string | undefined {
  return argv.filter((word) => word !== 'help').find((word) => !word.startsWith('-'));
}

/** All commands with their flags, or only those of the command that is wanted. */
export function createProgram(host: Host, outcome: { code: ExitCode }, wanted: string | undefined): Command {
  const program = new Command('tx')
    .description('tx turns a folder of SQL files into tested tables.')
    .version(host.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeOut: host.output.stdout.write,
      writeErr: host.output.stderr.write,
      // Shown as a diagnostic instead.
      outputError: () => undefined,
    })
    .configureHelp({ optionDescription: describeOption })
    .exitOverride()
    .addHelpText('after', '\nStart:  tx init my_project\nDocs of an error:  tx explain <code>');
  const add: Add = <O extends OutputOptions>(entry: Entry, action: Action<O>, configure?: Configure) => {
    const command = program.command(entry.name).description(entry.summary).exitOverride();
    if (entry.alias !== undefined) command.alias(entry.alias);
    if (entry.argument !== undefined) {
      const argument = new Argument(...entry.argument);
      command.addArgument(entry.choices === undefined ? argument : argument.choices(entry.choices));
    }
    if (entry.further !== undefined) command.addArgument(new Argument(...entry.further));
    if (wanted !== undefined && wanted !== entry.name && wanted !== entry.alias) return;
    configure?.(command);
    addOutputOptions(command)
      .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(helpGroups.output))
      .addHelpText('after', `${variablesHint(command)}\nExamples:\n${entry.examples.map((example) => `  ${example}`).join('\n')}`);
    command.hook('preAction', () => {
      readFlagTwins(command, host.env);
      dropWeakerTwins(command);
    });
    command.action(async () => {
      outcome.code = await guard(host, optionsOf<O>(command), action);
    });
  };
  addInit(host, add);
  addRunCommands(host, add);
  addReadCommands(host, add);
  addStateCommands(host, add);
  addTidyCommands(host, add);
  addHouseCommands(host, add);
  return program;
}

/** The flags and arguments of a command. Each action names in `O` just what its flags give. */
function optionsOf<O extends OutputOptions>(command: Command): O {
  // commander knows the flags at run time only; `configure` and `O` stand side by side in this file.
  return { ...command.opts<O>(), args: command.args, fromVariables: flagsFromVariables(command) };
}

/** Shows what a command stopped for; anything else is a bug and goes on to main. */
async function guard<O extends OutputOptions>(host: Host, options: O, action: Action<O>): Promise<ExitCode> {
  // Loaded only now, so that help is printed without everything that draws.
  const { createScreen } = await import('./screen.ts');
  const screen = createScreen(host, options);
  const releaseConsole = (await import('./helper-output.ts')).captureConsole(screen);
  try {
    try {
      return await action(screen, options);
    } catch (cause) {
      if (!isCacheDamage(cause)) throw cause;
      // What the cache says was read before anything was done: the command can start over.
      host.end(true);
      screen.startOver();
      return await action(screen, options);
    }
  } catch (cause) {
    const stop = (await import('./stop-for.ts')).stopFor(host, cause);
    if (stop === undefined) throw cause;
    screen.showDiagnostics(stop.diagnostics);
    return stop.exitCode;
  } finally {
    releaseConsole();
    host.end(false);
    if (host.trace !== undefined && options.profile !== undefined)
      (await import('./profile.ts')).writeTrace(host, screen, host.trace, options.profile);
  }
}

/** By its name: the class belongs to what commands load on demand. */
function isCacheDamage(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'CacheDamaged';
}

function addInit(host: Host, add: Add): void {
  add<WithArguments & { readonly engine: string }>(
    {
      name: 'init',
      argument: ['<folder>', 'folder to make; its name becomes the name of the project'],
      summary: 'write a small project that builds at once',
      examples: ['tx init my_project', 'tx init my_project --engine postgres'],
    },
    async (screen, { args, engine }) => (await import('./commands/init.ts')).initCommand(host, screen, args[0] ?? '', engine),
    addEngineOption,
  );
}

const runSummaries: Readonly<Record<RunKind, Entry>> = {
  run: {
    name: 'run',
    summary: 'build models',
    examples: ['tx run', "tx run -s 'staging.*' +fct_orders", 'tx run -s fct_orders --full-refresh'],
  },
  build: {
    name: 'build',
    summary: 'build and test seeds, models and snapshots in order',
    examples: ['tx build', 'tx build -s tag:nightly --threads 8', 'tx build -s stg_orders+ --force', 'tx build --watch'],
  },
  test: {
    name: 'test',
    summary: 'test what is published',
    examples: ['tx test', 'tx test -s fct_orders', 'tx test -s test_name:unique', 'tx test -s test_type:unit'],
  },
  snapshot: {
    name: 'snapshot',
    summary: 'keep the history of rows',
    examples: ['tx snapshot', 'tx snapshot -s orders_history'],
  },
  seed: { name: 'seed', summary: 'load seed files', examples: ['tx seed', 'tx seed -s raw_customers'] },
};

function addRunCommands(host: Host, add: Add): void {
  for (const command of ['run', 'build', 'test', 'seed', 'snapshot'] as const) {
    add<RunOptions>(
      runSummaries[command],
      async (screen, options) =>
        options.watch === true && command !== 'seed' && command !== 'snapshot'
          ? (await import('./commands/watch.ts')).watchCommand(host, screen, command, options)
          : (await import('./run-command.ts')).runCommand(host, screen, { command, options }),
      (entry) => {
        addFailFastOption(addThreadsOption(addDatabaseOptions(addProjectOptions(addSelectionOptions(entry)))))
          .addOption(resultOption())
          .addOption(junitOption());
        if (command !== 'test') addLockTimeoutOption(addBuildOptions(entry));
        if (command === 'build') addRestateOptions(addAuditOption(addForceOption(entry)));
        addRunIdOption(entry);
        if (command !== 'seed') addDeferOptions(entry);
        if (command !== 'seed' && command !== 'snapshot') addWatchOption(entry, 'building');
      },
    );
  }
  add<RunOptions>(
    {
      name: 'backfill',
      summary: 'load intervals of models again, or what is missing of them',
      examples: [
        'tx backfill -s visits_by_day --from 2024-01-01 --to 2024-02-01',
        'tx backfill -s visits_by_day --from 2024-01-01 --to 2025-01-01 --chunk 7 --resume',
      ],
    },
    async (screen, options) =>
      (await import('./run-command.ts')).runCommand(host, screen, { command: 'build', options: { ...options, backfill: true } }),
    (backfill) =>
      addRunIdOption(
        addBackfillOptions(
          addLockTimeoutOption(addFailFastOption(addThreadsOption(addDatabaseOptions(addProjectOptions(addSelectionOptions(backfill)))))),
        ),
      )
        .addOption(resultOption())
        .addOption(junitOption()),
  );
  add<RunOptions>(
    { name: 'retry', summary: 'run again what failed or was skipped in the last run', examples: ['tx retry', 'tx retry --threads 1'] },
    async (screen, options) => (await import('./commands/retry.ts')).retryCommand(host, screen, options),
    (retry) =>
      addRunIdOption(addLockTimeoutOption(addFailFastOption(addThreadsOption(addDatabaseOptions(addProjectOptions(retry))))))
        .addOption(resultOption())
        .addOption(junitOption()),
  );
}

function addHouseCommands(host: Host, add: Add): void {
  add<import('./commands/fmt.ts').FmtOptions>(
    {
      name: 'fmt',
      argument: ['[paths...]', 'files or folders (default: every template of the project)'],
      summary: 'format the SQL of templates',
      examples: ['tx fmt', 'tx fmt models/marts', 'tx fmt --check', 'tx fmt --diff models/orders.sql'],
    },
    async (screen, options) => (await import('./commands/fmt.ts')).fmtCommand(host, screen, options),
    (fmt) =>
      addOwnSwitches(addProjectOptions(fmt), {
        '--check': 'write nothing; exit 1 if a file would change',
        '--diff': 'write nothing; print what would change',
      }),
  );
  add<import('./commands/debug.ts').DebugOptions>(
    { name: 'debug', summary: 'show versions, files and target, and try the connection', examples: ['tx debug', 'tx debug -t prod'] },
    async (screen, options) => (await import('./commands/debug.ts')).debugCommand(host, screen, options),
    (debug) => addDatabaseOptions(addProjectOptions(debug)).addOption(resultOption()),
  );
  add<OutputOptions>(
    { name: 'clean', summary: 'remove the target folder', examples: ['tx clean'] },
    async (screen, options) => (await import('./commands/clean.ts')).cleanCommand(host, screen, options),
    addProjectOptions,
  );
  add<WithArguments>(
    {
      name: 'completion',
      argument: ['<shell>', 'shell to complete in'],
      choices: ['bash', 'zsh', 'fish', 'powershell'],
      summary: 'print the script with which a shell completes commands, flags and names',
      examples: ['source <(tx completion bash)', 'tx completion fish > ~/.config/fish/completions/tx.fish'],
    },
    async (screen, { args }) => (await import('./commands/completion.ts')).completionCommand(screen, args[0]),
  );
  add<import('./commands/explain.ts').ExplainOptions>(
    {
      name: 'explain',
      argument: ['[code]', 'code of an error or warning'],
      summary: 'explain an error code or a node; without either, list the codes',
      examples: ['tx explain ref-not-found', 'tx explain --node fct_orders'],
    },
    async (screen, options) => (await import('./commands/explain.ts')).explainCommand(host, screen, options),
    (explain) =>
      addDatabaseOptions(addProjectOptions(explain))
        .addOption(plainOption('--node <selector>', 'a node instead: its config, SQL, surroundings, and what a build would do'))
        .addOption(resultOption()),
  );
}
