/** The command line: every command with its flags, and what happens with what they throw. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { exitCodes } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Host } from './host.ts';
import {
  addAnalyzeOption,
  edgeCount,
  percentage,
  portNumber,
  addBuildOptions,
  addDatabaseOptions,
  addFailFastOption,
  addIntervalOptions,
  addLockTimeoutOption,
  addOutputKeysOption,
  addOutputOptions,
  addProjectOptions,
  addSelectionOptions,
  addThreadsOption,
  readFlagTwins,
  rowLimit,
} from './options.ts';
import type { OutputOptions, RunOptions } from './options.ts';
import type { Screen } from './screen.ts';
import type { Command as RunKind } from '../plan/plan.ts';

type Action<O> = (screen: Screen, options: O) => Promise<ExitCode> | ExitCode;

interface Entry {
  readonly name: string;
  readonly alias?: string;
  /** A positional argument as help shows it, and what it is. */
  readonly argument?: readonly [string, string];
  /** The words that the argument may be. */
  readonly choices?: readonly string[];
  readonly summary: string;
  readonly examples: readonly string[];
}

/** Adds the flags of one command. */
type Configure = (command: Command) => void;

/** `tx source freshness` is dbt's spelling of `tx freshness`. */
function knownSpelling(argv: readonly string[]): readonly string[] {
  return argv[0] === 'source' && argv[1] === 'freshness' ? argv.slice(1) : argv;
}

/** Runs the command line; gives the exit code. Never throws. */
export async function runProgram(outside: Host, given: readonly string[]): Promise<ExitCode> {
  const argv = knownSpelling(given);
  const host = wantsProfile(outside, argv) ? (await import('./profile.ts')).profiledHost(outside, wantedCommand(argv)) : outside;
  const outcome: { code: ExitCode } = { code: exitCodes.ok };
  const program = createProgram(host, outcome, wantedCommand(argv));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return outcome.code;
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw cause;
  }
}

/** Looked for before the flags are read: reading them is measured too. */
function wantsProfile({ env }: Host, argv: readonly string[]): boolean {
  return env['TX_PROFILE'] !== undefined || argv.some((word) => word === '--profile' || word.startsWith('--profile='));
}

/** The command that the user named: only its flags have to be there, which halves the time of a start. */
function wantedCommand(argv: readonly string[]): string | undefined {
  return argv.filter((word) => word !== 'help').find((word) => !word.startsWith('-'));
}

function createProgram(host: Host, outcome: { code: ExitCode }, wanted: string | undefined): Command {
  const program = new Command('tx')
    .description('tx turns a folder of SQL files into tested tables.')
    .version(host.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({ writeOut: host.output.stdout.write, writeErr: host.output.stderr.write })
    .exitOverride()
    .addHelpText('after', '\nStart:  tx init my_project\nDocs of an error:  tx explain <code>');
  const add: Add = <O extends OutputOptions>(entry: Entry, action: Action<O>, configure?: Configure) => {
    const command = program.command(entry.name).description(entry.summary).exitOverride();
    if (entry.alias !== undefined) command.alias(entry.alias);
    if (entry.argument !== undefined) {
      const argument = new Argument(...entry.argument);
      command.addArgument(entry.choices === undefined ? argument : argument.choices(entry.choices));
    }
    if (wanted !== undefined && wanted !== entry.name && wanted !== entry.alias) return;
    configure?.(command);
    addOutputOptions(command).addHelpText('after', `\nExamples:\n${entry.examples.map((example) => `  ${example}`).join('\n')}`);
    command.action(async () => {
      readFlagTwins(command, host.env);
      outcome.code = await guard(host, optionsOf<O>(command), action);
    });
  };
  addInit(host, add);
  addRunCommands(host, add);
  addReadCommands(host, add);
  addHouseCommands(host, add);
  return program;
}

/** The flags and arguments of a command. Each action names in `O` just what its flags give. */
function optionsOf<O extends OutputOptions>(command: Command): O {
  // commander knows the flags at run time only; `configure` and `O` stand side by side in this file.
  return { ...command.opts<O>(), args: command.args };
}

type Add = <O extends OutputOptions>(entry: Entry, action: Action<O>, configure?: Configure) => void;

/** Shows what a command stopped for; anything else is a bug and goes on to main. */
async function guard<O extends OutputOptions>(host: Host, options: O, action: Action<O>): Promise<ExitCode> {
  // Loaded only now, so that help is printed without everything that draws.
  const { createScreen } = await import('./screen.ts');
  const screen = createScreen(host, options);
  try {
    return await action(screen, options);
  } catch (cause) {
    const stop = (await import('./stop-for.ts')).stopFor(host, cause);
    if (stop === undefined) throw cause;
    screen.showDiagnostics(stop.diagnostics);
    return stop.exitCode;
  } finally {
    if (host.trace !== undefined && options.profile !== undefined)
      (await import('./profile.ts')).writeTrace(host, screen, host.trace, options.profile);
  }
}

interface WithArguments extends OutputOptions {
  readonly args: readonly string[];
}

function addInit(host: Host, add: Add): void {
  add<WithArguments>(
    {
      name: 'init',
      argument: ['<folder>', 'folder to make; its name becomes the name of the project'],
      summary: 'write a small project that builds at once',
      examples: ['tx init my_project'],
    },
    async (screen, { args }) => (await import('./commands/init.ts')).initCommand(host, screen, args[0] ?? ''),
  );
}

const runSummaries: Readonly<Record<RunKind, Entry>> = {
  run: {
    name: 'run',
    summary: 'build models',
    examples: ['tx run', 'tx run -s staging.* +fct_orders', 'tx run -s fct_orders --full-refresh'],
  },
  build: {
    name: 'build',
    summary: 'build and test seeds and models in order',
    examples: ['tx build', 'tx build -s tag:nightly --threads 8', 'tx build -s stg_orders+ -x'],
  },
  test: { name: 'test', summary: 'test what is published', examples: ['tx test', 'tx test -s fct_orders', 'tx test -s test_name:unique'] },
  seed: { name: 'seed', summary: 'load seed files', examples: ['tx seed', 'tx seed -s raw_customers'] },
};

function addRunCommands(host: Host, add: Add): void {
  for (const command of ['run', 'build', 'test', 'seed'] as const) {
    add<RunOptions>(
      runSummaries[command],
      async (screen, options) => (await import('./run-command.ts')).runCommand(host, screen, { command, options }),
      (entry) => {
        addFailFastOption(addThreadsOption(addDatabaseOptions(addProjectOptions(addSelectionOptions(entry)))));
        if (command !== 'test') addLockTimeoutOption(addBuildOptions(entry));
      },
    );
  }
  add<RunOptions>(
    { name: 'retry', summary: 'run again what failed or was skipped in the last run', examples: ['tx retry', 'tx retry --threads 1'] },
    async (screen, options) => (await import('./commands/retry.ts')).retryCommand(host, screen, options),
    (retry) => addLockTimeoutOption(addFailFastOption(addThreadsOption(addDatabaseOptions(addProjectOptions(retry))))),
  );
}

const outputOption = (choices: readonly string[], fallback: string): Option =>
  new Option('--output <form>', 'form of the result on stdout').choices(choices).default(fallback).env('TX_OUTPUT');

function addReadCommands(host: Host, add: Add): void {
  add<import('./commands/plan.ts').PlanOptions>(
    {
      name: 'plan',
      summary: 'print what a build would do, and why',
      examples: ['tx plan', 'tx plan -s fct_orders --for run', 'tx plan --output json'],
    },
    async (screen, options) => (await import('./commands/plan.ts')).planCommand(host, screen, options),
    (plan) =>
      addBuildOptions(addDatabaseOptions(addProjectOptions(addSelectionOptions(plan))))
        .addOption(new Option('--for <command>', 'command to plan for').choices(['run', 'build', 'test', 'seed']).default('build'))
        .addOption(new Option('--verbose', 'show every operation'))
        .addOption(outputOption(['text', 'json'], 'text')),
  );

  add<import('./commands/compile.ts').CompileOptions>(
    {
      name: 'compile',
      summary: 'write the SQL of models to target/compiled',
      examples: ['tx compile', 'tx compile -s fct_orders', `tx compile --inline 'select * from {{ref "stg_orders"}}'`],
    },
    async (screen, options) => (await import('./commands/compile.ts')).compileCommand(host, screen, options),
    (compile) =>
      addAnalyzeOption(addProjectOptions(addSelectionOptions(compile)))
        .addOption(new Option('--inline <sql>', 'compile this text instead of files'))
        .addOption(outputOption(['text', 'json'], 'text')),
  );

  add<import('./commands/lineage.ts').LineageOptions>(
    {
      name: 'lineage',
      argument: ['<column>', '`model.column` or `source.table.column`'],
      summary: 'show where a column comes from, and where it goes',
      examples: [
        'tx lineage fct_orders.amount',
        'tx lineage fct_orders.amount --upstream --depth 1',
        'tx lineage raw.orders.id --output mermaid',
      ],
    },
    async (screen, options) => (await import('./commands/lineage.ts')).lineageCommand(host, screen, options),
    (lineage) =>
      addProjectOptions(lineage)
        .addOption(new Option('--upstream', 'only where it comes from'))
        .addOption(new Option('--downstream', 'only where it goes'))
        .addOption(new Option('--depth <n>', 'edges to follow (default: all)').argParser(edgeCount))
        .addOption(new Option('--indirect', 'also columns that only decide: filters, joins, groups, orders'))
        .addOption(outputOption(['text', 'json', 'dot', 'mermaid'], 'text')),
  );

  add<import('./commands/show.ts').ShowOptions>(
    {
      name: 'show',
      summary: 'preview the rows of a model or of inline SQL',
      examples: ['tx show -s fct_orders --limit 20', `tx show --inline 'select count(*) from {{ref "stg_orders"}}'`],
    },
    async (screen, options) => (await import('./commands/show.ts')).showCommand(host, screen, options),
    (show) => addShowOptions(addDatabaseOptions(addProjectOptions(addSelectionOptions(show)))),
  );

  add<import('./commands/freshness.ts').FreshnessOptions>(
    {
      name: 'freshness',
      summary: 'check how old the data of sources is',
      examples: ['tx freshness', 'tx freshness -s source:web', 'tx source freshness'],
    },
    async (screen, options) => (await import('./commands/freshness.ts')).freshnessCommand(host, screen, options),
    (freshness) =>
      addThreadsOption(addDatabaseOptions(addProjectOptions(addSelectionOptions(freshness)))).addOption(
        new Option('-o, --output <file>', 'where to write the record (default: sources.json in the target folder)'),
      ),
  );

  add<import('./commands/docs.ts').DocsOptions>(
    {
      name: 'docs',
      argument: ['[action]', 'what to do (default: generate)'],
      choices: ['generate', 'serve'],
      summary: 'write the documentation site, the manifest and the catalog',
      examples: ['tx docs --open', 'tx docs serve', 'tx docs --fail-under 80'],
    },
    async (screen, options) => (await import('./commands/docs.ts')).docsCommand(host, screen, options),
    (docs) =>
      addDatabaseOptions(addProjectOptions(docs))
        .addOption(new Option('--no-code', 'leave SQL out of the site'))
        .addOption(new Option('--fail-under <percent>', 'end with 1 when less is documented or tested').argParser(percentage))
        .addOption(new Option('--open', 'show the site in the browser'))
        .addOption(new Option('--port <n>', 'port of `serve` on this machine, 0 for any').default(8580).argParser(portNumber)),
  );

  add<import('./commands/ls.ts').LsOptions>(
    {
      name: 'ls',
      alias: 'list',
      summary: 'list nodes',
      examples: ['tx ls', 'tx ls -s +fct_orders --resource-type model', 'tx ls --output-keys name config.materialized'],
    },
    async (screen, options) => (await import('./commands/ls.ts')).lsCommand(host, screen, options),
    (ls) =>
      addOutputKeysOption(
        addProjectOptions(addSelectionOptions(ls)).addOption(outputOption(['selector', 'text', 'name', 'path', 'json'], 'selector')),
      ),
  );
}

function addHouseCommands(host: Host, add: Add): void {
  add<OutputOptions>(
    { name: 'debug', summary: 'show versions, files and target, and try the connection', examples: ['tx debug', 'tx debug -t prod'] },
    async (screen, options) => (await import('./commands/debug.ts')).debugCommand(host, screen, options),
    (debug) => addDatabaseOptions(addProjectOptions(debug)),
  );
  add<OutputOptions>(
    { name: 'clean', summary: 'remove the target folder', examples: ['tx clean'] },
    async (screen, options) => (await import('./commands/clean.ts')).cleanCommand(host, screen, options),
    addProjectOptions,
  );
  add<WithArguments>(
    {
      name: 'explain',
      argument: ['[code]', 'code of an error or warning'],
      summary: 'explain an error code; without one, list them',
      examples: ['tx explain ref-not-found'],
    },
    async (screen, { args }) => (await import('./commands/explain.ts')).explainCommand(host, screen, args[0]),
  );
}

function addShowOptions(show: Command): void {
  show
    .addOption(new Option('--inline <sql>', 'run this text instead of a model'))
    .addOption(new Option('--limit <n>', 'rows to show').default(10).argParser(rowLimit).env('TX_LIMIT'))
    .addOption(outputOption(['text', 'json', 'csv'], 'text'));
  addIntervalOptions(show);
}
