/** The commands that look after the files of a project. */
import type { Add } from './command-entry.ts';
import type { Host } from './host.ts';
import { addDatabaseOptions, addOwnSwitches, addProjectOptions, addSelectionOptions, resultOption, ruleOption } from './options.ts';

export function addTidyCommands(host: Host, add: Add): void {
  add<import('./commands/lint.ts').LintOptions>(
    {
      name: 'lint',
      summary: 'look for bad habits that compile, and mend those that are safe to mend',
      examples: ['tx lint', 'tx lint -s marts --strict', 'tx lint --rule hard-coded-relation --fix'],
    },
    async (screen, options) => (await import('./commands/lint.ts')).lintCommand(host, screen, options),
    (lint) =>
      addOwnSwitches(addProjectOptions(addSelectionOptions(lint)), {
        '--fix': 'write what can be mended without a risk',
        '--strict': 'exit 1 for warnings too',
      })
        .addOption(ruleOption())
        .addOption(resultOption()),
  );

  add<import('./commands/generate.ts').GenerateOptions>(
    {
      name: 'generate',
      argument: ['<what>', 'what to write'],
      further: ['[name]', 'schema for `source`, table of a source for `staging`, model for `unit-test`'],
      choices: ['source', 'staging', 'yaml', 'unit-test'],
      summary: 'write YAML of sources and models, staging models, and unit tests, from what stands in the database',
      examples: [
        'tx generate source raw',
        'tx generate staging raw.orders',
        'tx generate yaml -s marts --diff',
        'tx generate unit-test fct_orders',
      ],
    },
    async (screen, options) => (await import('./commands/generate.ts')).generateCommand(host, screen, options),
    (generate) =>
      addOwnSwitches(addDatabaseOptions(addProjectOptions(addSelectionOptions(generate))), {
        '--diff': 'write nothing; print what would be written',
      }),
  );
}
