/** The commands that look after what is remembered, and after environments. */
import type { Add } from './command-entry.ts';
import type { Host } from './host.ts';
import { addDatabaseOptions, addLockTimeoutOption, addProjectOptions, addYesOption, resultOption } from './options.ts';

export function addStateCommands(host: Host, add: Add): void {
  add<import('./commands/state.ts').StateOptions>(
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
        'tx state reset fct_orders',
        'tx state export > state.json',
        'tx state import state.json',
      ],
    },
    async (screen, options) => (await import('./commands/state.ts')).stateCommand(host, screen, options),
    (state) =>
      addYesOption(addLockTimeoutOption(addDatabaseOptions(addProjectOptions(state))), 'with `gc`: drop them').addOption(resultOption()),
  );

  add<import('./commands/state.ts').StateOptions>(
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
}
