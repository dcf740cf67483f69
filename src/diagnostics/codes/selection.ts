/** Codes of the `selection` area. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

export const selectionCodes = {
  'selector-syntax': error<{ readonly problem: string }>(({ problem }) => problem),
  'selector-unknown-method': error<{ readonly method: string; readonly known: readonly string[] }>(
    ({ method }) => `there is no selector method \`${method}\``,
    ({ method, known }) => didYouMean(method, known) ?? `the methods are ${list(known)}`,
  ),
  'selector-method-unavailable': error<{ readonly method: string; readonly available: readonly string[] }>(
    ({ method }) => `this version of \`tx\` cannot select by \`${method}\``,
    ({ available }) => `it can select by ${list(available)}`,
  ),
  'selector-value': error<{ readonly method: string; readonly value: string; readonly expected: string }>(
    ({ method, value }) => `method \`${method}\` does not take \`${value}\``,
    ({ method, expected }) => `\`${method}\` takes ${expected}`,
  ),
  'unknown-resource-type': error<{ readonly value: string; readonly known: readonly string[] }>(
    ({ value }) => `there is no resource type \`${value}\``,
    ({ value, known }) => didYouMean(value, known) ?? `the resource types are ${list(known)}`,
  ),
  'selector-no-match': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `nothing in the project is called \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? '`tx ls` lists every name',
  ),
  'selector-disabled': error<{ readonly name: string }>(
    ({ name }) => `\`${name}\` is turned off, so it cannot be selected`,
    () => 'a node with `enabled: false` is in no graph and no list; take that config away to select it',
  ),
  'selection-empty': warning<{
    readonly spec: string;
    /** A name with wildcards in it that matched nothing. */
    readonly pattern?: string;
  }>(
    ({ spec }) => `\`${spec}\` selects nothing`,
    ({ pattern }) =>
      pattern === undefined || pattern.startsWith('*')
        ? undefined
        : `a pattern has to match the folders too: \`*.${pattern}\` matches in every folder`,
  ),
};

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
