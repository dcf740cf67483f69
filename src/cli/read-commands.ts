/** The commands that look and write nothing into the database. */
import type { Command } from 'commander';
import type { Add } from './command-entry.ts';
import type { Host } from './host.ts';
import { addRestateOptions } from './interval-options.ts';
import {
  addAnalyzeOption,
  addBuildOptions,
  addForceOption,
  addDatabaseOptions,
  addDeferOptions,
  addIntervalOptions,
  addLockTimeoutOption,
  addOutputKeysOption,
  addProjectOptions,
  addSelectionOptions,
  addThreadsOption,
  addWatchOption,
  positiveInteger,
  outputOption,
  addOwnSwitches,
  ownOption,
  plainOption,
  percentage,
  portNumber,
  positiveNumber,
  resultOption,
  sampleLimit,
  tolerance,
  rowLimit,
} from './options.ts';

export function addReadCommands(host: Host, add: Add): void {
  add<import('./commands/plan.ts').PlanOptions>(
    {
      name: 'plan',
      summary: 'print what a build would do, and why',
      examples: ['tx plan --explain', 'tx plan -s fct_orders --for run', 'tx plan --restate visits --from 2024-01-01 --to 2024-02-01'],
    },
    async (screen, options) => (await import('./commands/plan.ts')).planCommand(host, screen, options),
    (plan) =>
      addRestateOptions(addForceOption(addBuildOptions(addDatabaseOptions(addProjectOptions(addDeferOptions(addSelectionOptions(plan)))))))
        .addOption(plainOption('--for <command>', 'plan for').choices(['run', 'build', 'test', 'seed', 'snapshot']).default('build'))
        .addOption(plainOption('--explain', 'show what differs from what stands'))
        .addOption(plainOption('--verbose', 'show every operation'))
        .addOption(resultOption()),
  );

  add<import('./commands/compile.ts').CompileOptions>(
    {
      name: 'compile',
      summary: 'write the SQL of models to target/compiled',
      examples: ['tx compile', 'tx compile -s fct_orders', `tx compile --inline 'select * from {{ref "stg_orders"}}'`],
    },
    async (screen, options) =>
      options.watch === true
        ? (await import('./commands/watch.ts')).watchCommand(host, screen, 'compile', options)
        : (await import('./commands/compile.ts')).compileCommand(host, screen, options),
    (compile) =>
      addWatchOption(addAnalyzeOption(addProjectOptions(addDeferOptions(addSelectionOptions(compile))), 'own'), 'own')
        .addOption(plainOption('--inline <sql>', 'compile this text instead of files'))
        .addOption(resultOption()),
  );

  add<import('./commands/lineage.ts').LineageOptions>(
    {
      name: 'lineage',
      argument: ['<column>', '`model.column`, `source.table.column`, or `model` for all of its columns'],
      summary: 'show where a column comes from, and where it goes',
      examples: [
        'tx lineage fct_orders.amount',
        'tx lineage fct_orders.amount --upstream --depth 1',
        'tx lineage raw.orders.id --output mermaid',
      ],
    },
    async (screen, options) => (await import('./commands/lineage.ts')).lineageCommand(host, screen, options),
    (lineage) =>
      addOwnSwitches(addProjectOptions(lineage), {
        '--upstream': 'only where it comes from',
        '--downstream': 'only where it goes',
        '--indirect': 'also columns that only decide: filters, joins, groups, orders',
      })
        .addOption(ownOption('--depth <n>', 'edges to follow (default: all)').argParser(positiveInteger))
        .addOption(outputOption(['text', 'json', 'dot', 'mermaid'], 'text')),
  );

  add<import('./commands/show.ts').ShowOptions>(
    {
      name: 'show',
      summary: 'preview the rows of a model or of inline SQL',
      examples: ['tx show -s fct_orders --limit 20', `tx show --inline 'select count(*) from {{ref "stg_orders"}}'`],
    },
    async (screen, options) => (await import('./commands/show.ts')).showCommand(host, screen, options),
    (show) => addShowOptions(addDatabaseOptions(addProjectOptions(addDeferOptions(addSelectionOptions(show))))),
  );

  addDiffCommand(host, add);
  addQueryCommand(host, add);

  add<import('./commands/freshness.ts').FreshnessOptions>(
    {
      name: 'freshness',
      summary: 'check how old the data of sources and models is',
      examples: ['tx freshness', 'tx freshness -s source:web', 'tx freshness -s fct_orders', 'tx source freshness'],
    },
    async (screen, options) => (await import('./commands/freshness.ts')).freshnessCommand(host, screen, options),
    (freshness) =>
      addThreadsOption(addDatabaseOptions(addProjectOptions(addSelectionOptions(freshness)))).addOption(
        plainOption('-o, --output <file>', 'write the record here, not to the target'),
      ),
  );

  addQuarantine(host, add);
  addAnomaly(host, add);

  add<import('./commands/docs.ts').DocsOptions>(
    {
      name: 'docs',
      argument: ['[action]', 'what to do (default: generate)'],
      choices: ['generate', 'serve'],
      summary: 'write the documentation site, the manifest and the catalog',
      examples: ['tx docs --open', 'tx docs serve', 'tx docs --fail-under 80', 'tx docs --state last_week'],
    },
    async (screen, options) => (await import('./commands/docs.ts')).docsCommand(host, screen, options),
    (docs) =>
      addOwnSwitches(addDatabaseOptions(addProjectOptions(docs)), {
        '--single-file': 'write the site as one file too, to send to somebody',
        '--no-code': 'leave SQL out of the site',
        '--open': 'show the site in the browser',
      })
        .addOption(ownOption('--state <folder>', 'an earlier run: show what has changed since'))
        .addOption(ownOption('--fail-under <percent>', 'end with 1 when less is documented or tested').argParser(percentage))
        .addOption(ownOption('--port <n>', 'port of `serve` on this machine, 0 for any').default(8580).argParser(portNumber)),
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
        addProjectOptions(addSelectionOptions(ls)).addOption(
          outputOption(['selector', 'text', 'name', 'path', 'json', 'gaps'], 'selector'),
        ),
      ),
  );
}

function addDiffCommand(host: Host, add: Add): void {
  add<import('./commands/diff.ts').DiffOptions>(
    {
      name: 'diff',
      summary: 'compare what is built with another schema, target, file or earlier run',
      examples: ['tx diff --against prod -s fct_orders', 'tx diff --against before.duckdb', "tx diff --against prod --tolerance '0.1%'"],
    },
    async (screen, options) => (await import('./commands/diff.ts')).diffCommand(host, screen, options),
    (diff) =>
      addOwnSwitches(addDatabaseOptions(addProjectOptions(addSelectionOptions(diff))), {
        '--detailed-exitcode': 'end with 2 when something differs, 1 on an error',
      })
        .addOption(plainOption('--against <what>', 'a target, env:<name>, schema, database file or state folder').makeOptionMandatory())
        .addOption(plainOption('--key <columns...>', 'columns that tell rows apart'))
        .addOption(ownOption('--tolerance <n>', 'numbers this close are the same: 0.01, 0.1%').argParser(tolerance))
        .addOption(ownOption('--limit <n>', 'rows of each sample (default: 5)').default(5).argParser(sampleLimit))
        .addOption(resultOption()),
  );
}

function addQueryCommand(host: Host, add: Add): void {
  add<import('./commands/query.ts').QueryOptions>(
    {
      name: 'query',
      argument: ['<sql>', 'a query over `nodes`, `columns`, `edges`, `column_edges`, `tests`, `exposures`, `results`, `runs`'],
      summary: 'query what the last runs left: nodes, columns, edges, tests, results',
      examples: [
        `tx query "select name, execution_time from results join nodes using (unique_id) order by 2 desc"`,
        `tx query "select node, name from columns where description is null" --output csv`,
      ],
    },
    async (screen, options) => (await import('./commands/query.ts')).queryCommand(host, screen, options),
    (query) =>
      addProjectOptions(query)
        .addOption(ownOption('--state <folder>', 'artifacts of another run (default: the last)'))
        .addOption(ownOption('--limit <n>', 'rows to show, -1 for all').argParser(rowLimit))
        .addOption(outputOption(['text', 'json', 'csv'], 'text')),
  );
}

function addShowOptions(show: Command): void {
  show
    .addOption(plainOption('--inline <sql>', 'run this text instead of a model'))
    .addOption(plainOption('--failures <test>', 'show the rows for which this test fails'))
    .addOption(ownOption('--limit <n>', 'rows to show, -1 for all (default: 10)').default(10).argParser(rowLimit))
    .addOption(outputOption(['text', 'json', 'csv'], 'text'));
  addIntervalOptions(show);
}

function addAnomaly(host: Host, add: Add): void {
  add<import('./commands/anomaly.ts').AnomalyOptions>(
    {
      name: 'anomaly',
      argument: ['[action]', 'what to do (default: backtest)'],
      choices: ['backtest'],
      summary: 'show what checks for anomalies would have found in earlier runs',
      examples: ['tx anomaly backtest', 'tx anomaly backtest -s fct_orders --sensitivity 3', 'tx anomaly backtest --bucket week'],
    },
    async (screen, options) => (await import('./commands/anomaly.ts')).anomalyCommand(host, screen, options),
    (anomaly) =>
      addDatabaseOptions(addProjectOptions(addSelectionOptions(anomaly)))
        .addOption(ownOption('--sensitivity <n>', 'scales that are ordinary, instead of what is declared').argParser(positiveNumber))
        .addOption(ownOption('--min-points <n>', 'points that are enough to judge by, instead').argParser(positiveInteger))
        .addOption(ownOption('--bucket <bucket>', 'what gives one point, instead').choices(['run', 'hour', 'day', 'week']))
        .addOption(outputOption(['text', 'json'], 'text')),
  );
}

function addQuarantine(host: Host, add: Add): void {
  add<import('./commands/replay.ts').QuarantineOptions>(
    {
      name: 'quarantine',
      argument: ['[action]', 'what to do (default: list)'],
      choices: ['list', 'show', 'replay', 'discard'],
      further: ['[models...]', 'models by name or selector; all for `list`'],
      summary: 'list, show, try once more or give up rows that were set aside',
      examples: [
        'tx quarantine',
        'tx quarantine show stg_orders --limit 20',
        'tx quarantine replay stg_orders',
        'tx quarantine discard stg_orders',
      ],
    },
    async (screen, options) => (await import('./commands/quarantine.ts')).quarantineCommand(host, screen, options),
    (quarantine) =>
      addLockTimeoutOption(addDatabaseOptions(addProjectOptions(quarantine)))
        .addOption(ownOption('--limit <n>', 'rows to show, -1 for all (default: 10)').default(10).argParser(rowLimit))
        .addOption(outputOption(['text', 'json'], 'text')),
  );
}
