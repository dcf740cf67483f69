/** Codes of what is remembered in the target, and of environments. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

const examples: Readonly<Record<string, string>> = {
  show: 'tx state show fct_orders',
  reset: 'tx state reset fct_orders',
  import: 'tx state import state.json',
};

export const stateCodes = {
  'state-arguments': error<{ action: string; takes: boolean; given: number }>(
    ({ action, takes, given }) =>
      takes
        ? given === 0
          ? `\`tx state ${action}\` needs to be told ${action === 'import' ? 'the file' : 'of what'}`
          : `\`tx state ${action}\` takes one file, not ${given}`
        : `\`tx state ${action}\` takes no names`,
    ({ action }) => `write \`${examples[action] ?? `tx state ${action}`}\``,
  ),
  'state-export-unusable': error<{ path: string; reason: string }>(
    ({ path, reason }) => `\`${path}\` cannot be imported: ${reason}`,
    () => 'nothing was changed; write an export with `tx state export > state.json`, where the state is that is meant',
  ),
  'state-differs': error<{ schema: string; more: number }>(
    ({ schema, more }) => `\`${schema}\` holds ${more} ${more === 1 ? 'row' : 'rows'} that ${more === 1 ? 'is' : 'are'} not in the file`,
    () =>
      'nothing was changed: an import only fills a state that is empty or part of the file. Export what stands, drop the schema, and import again if the file is what counts',
  ),
  'failures-not-shown': warning<{ test: string; view: string; reason: string }>(
    (p) => `the failing rows of \`${p.test}\` are not shown in \`${p.view}\`: ${p.reason}`,
    () => 'they are kept, and `tx show --failures` shows them; give the test another `schema` or `name`, or make way there',
  ),
  'env-arguments': error<{ command: string; takes: boolean }>(
    ({ command, takes }) => (takes ? `\`${command}\` needs the name of one environment` : `\`${command}\` takes no names`),
    ({ command, takes }) => `write \`${command}${takes ? ' pr_42' : ''}\``,
  ),
  'unknown-environment': error<{ name: string; target: string; known: readonly string[] }>(
    ({ name, target }) => `target \`${target}\` has no environment \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? '`tx env` lists those that there are',
  ),
  'env-schema-taken': error<{ env: string; schema: string }>(
    ({ env, schema }) => `environment \`${env}\` would be built in schema \`${schema}\`, which is not its own`,
    () => 'give the environment another name; nothing was changed',
  ),
  'env-file-taken': error<{ env: string; path: string }>(
    ({ env, path }) => `environment \`${env}\` would be built in \`${path}\`, which is the file of the target itself`,
    () => 'give the environment another name, or the target another `env_path`; nothing was changed',
  ),
  'env-file-name': error<{ env: string; schema: string; path: string }>(
    ({ env, schema, path }) =>
      `environment \`${env}\` cannot read \`${path}\`: the name of that file is also a schema of the project, \`${schema}\``,
    () => 'a name in SQL would mean one or the other: give the file or the schema another name, or leave out `env_path`',
  ),
  'copy-target-moved': error<{ node: string }>(
    ({ node }) => `\`${node}\` was built by another run meanwhile`,
    () => 'its rows were left as they are; say it again to compare with what stands now',
  ),
  'promote-moved': error<{ env: string; moved: readonly string[] }>(
    ({ env, moved }) => `environment \`${env}\` is not what would be published: ${moved[0] ?? ''}`,
    ({ env }) => `nothing was changed; build what moved with \`tx build --env ${env}\`, look at it, and promote again`,
  ),
  'promote-impossible': error<{ name: string; what: string }>(
    ({ name, what }) => `\`${name}\` cannot be published from an environment: ${what}`,
    () => 'nothing was changed; let production build it, and promote the rest with `--exclude`',
  ),
  'clone-needs-env': error<Record<string, never>>(
    () => 'nobody said which environment the copies are for',
    () => 'name it: `tx clone --env pr_42 -s fct_orders`',
  ),
  'state-in-use': error<{ schema: string }>(
    ({ schema }) => `a run is at work that writes into \`${schema}\``,
    () => 'nothing was changed; say it again when the run has ended',
  ),
};
