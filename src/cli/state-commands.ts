/** The commands that look after what is remembered, and after environments. */
import type { Command } from 'commander';
import type { Add } from './command-entry.ts';
import type { Host } from './host.ts';
import {
  addDatabaseOptions,
  addFailFastOption,
  addLockTimeoutOption,
  addProjectOptions,
  addSelectionOptions,
  addThreadsOption,
  addYesOption,
  plainOption,
  positiveInteger,
  resultOption,
} from './options.ts';

export function addStateCommands(host: Host, add: Add): void {
  add<import('./commands/state-options.ts').StateOptions>(
    {
      name: 'state',
      argument: ['[action]', 'what to do (default: ls)'],
      choices: ['ls', 'show', 'gc', 'reset', 'export', 'import'],
      further: ['[names...]', 'models or relations for `show` and `reset`, a file for `import`'],
      summary: 'look after what is remembered of relations in the target',
      examples: [
        'tx state',
        'tx state show fct_orders',
        'tx state gc --yes',
        'tx state gc --deletions 90 --yes',
        'tx state reset fct_orders',
        'tx state export > state.json',
        'tx state import state.json',
      ],
    },
    async (screen, options) => (await import('./commands/state.ts')).stateCommand(host, screen, options),
    (state) =>
      addYesOption(addLockTimeoutOption(addDatabaseOptions(addProjectOptions(state))), 'with `gc`: drop them')
        .addOption(plainOption('--deletions <days>', 'with `gc`: forget deleted keys so old').argParser(positiveInteger))
        .addOption(resultOption()),
  );

  add<import('./commands/state-options.ts').StateOptions>(
    {
      name: 'env',
      argument: ['[action]', 'what to do (default: ls)'],
      choices: ['ls', 'drop'],
      further: ['[name...]', 'the environment for `drop`'],
      summary: 'list the environments of a target, or take one away',
      examples: ['tx env', 'tx env drop pr_42', 'tx env drop pr_42 --yes'],
    },
    async (screen, options) => (await import('./commands/env.ts')).envCommand(host, screen, options),
    (env) =>
      addYesOption(addLockTimeoutOption(addDatabaseOptions(addProjectOptions(env))), 'with `drop`: drop it').addOption(resultOption()),
  );

  add<import('./options.ts').RunOptions>(
    {
      name: 'clone',
      summary: 'copy tables of the target into an environment of it',
      examples: ['tx clone --env pr_42 -s fct_orders', 'tx clone --env pr_42 -s config.materialized:incremental'],
    },
    async (screen, options) => (await import('./commands/clone.ts')).cloneCommand(host, screen, options),
    addCopying,
  );
  add<import('./commands/promote.ts').PromoteOptions>(
    {
      name: 'promote',
      argument: ['[env]', 'environment to publish'],
      summary: 'publish what was built in an environment, if nothing has moved since',
      examples: ['tx promote pr_42', 'tx promote pr_42 -s fct_orders'],
    },
    async (screen, options) => (await import('./commands/promote.ts')).promoteCommand(host, screen, options),
    addCopying,
  );
}

function addCopying(command: Command): void {
  addLockTimeoutOption(addFailFastOption(addThreadsOption(addDatabaseOptions(addProjectOptions(addSelectionOptions(command)))))).addOption(
    resultOption(),
  );
}
