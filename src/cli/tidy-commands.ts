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
      further: ['[name]', 'schema for `source`, table of a source for `staging`'],
      choices: ['source', 'staging', 'yaml'],
      summary: 'write YAML of sources and models, and staging models, from what is known of their columns',
      examples: ['tx generate source raw', 'tx generate staging raw.orders', 'tx generate yaml -s marts --diff'],
    },
    async (screen, options) => (await import('./commands/generate.ts')).generateCommand(host, screen, options),
    (generate) =>
      addOwnSwitches(addDatabaseOptions(addProjectOptions(addSelectionOptions(generate))), {
        '--diff': 'write nothing; print what would be written',
      }),
  );
}
