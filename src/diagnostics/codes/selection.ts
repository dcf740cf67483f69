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
  'selector-definition': error<{ readonly problem: string }>(({ problem }) => problem),
  'several-default-selectors': error<{ readonly first: string; readonly second: string }>(
    ({ first, second }) => `selectors \`${first}\` and \`${second}\` are both the default`,
    () => 'keep `default: true` on one of them, or make it depend on the target with a template',
  ),
  'selector-cycle': error<{ readonly path: readonly string[] }>(
    ({ path }) => `selectors use each other in a circle: \`${path.join(' -> ')}\``,
    () => 'take one of these uses away, or move what both need into a selector of its own',
  ),
  'unknown-selector': error<{ readonly name: string; readonly near: readonly string[]; readonly known: readonly string[] }>(
    ({ name }) => `there is no selector \`${name}\``,
    ({ near, known }) => {
      if (near.length > 0) return `did you mean ${list(near)}?`;
      return known.length === 0
        ? 'this project has none; define it in `selectors.yaml` beside project.yaml'
        : `the selectors are ${list(known)}`;
    },
  ),
  'selector-and-select': error<{ readonly other: string }>(
    ({ other }) => `\`--selector\` and \`${other}\` cannot be used together`,
    ({ other }) =>
      other === '--select'
        ? 'a selector can be part of a selection: `--select selector:name`'
        : 'write `--select selector:name` beside `--exclude`, or exclude inside the selector',
  ),
  'state-not-given': error<SavedFileProblem>(
    ({ spec, path }) =>
      `\`${spec}\` ${spec.startsWith('--') ? 'looks into' : 'compares with'} the \`${path}\` of an earlier run, and none was named`,
    ({ path }) => `name the folder that holds it: \`--state <folder>\` with a \`${path}\` in it`,
  ),
  'state-file-missing': error<SavedFileProblem>(
    ({ spec, path }) => `\`${spec}\` needs \`${path}\`, which does not exist`,
    ({ path, inState }) => {
      const writer = path.endsWith('sources.json') ? '`tx freshness`' : '`tx build`';
      return inState ? `${writer} writes it into the target folder; keep a copy of that folder as the state` : `${writer} writes it`;
    },
  ),
  'state-file-unreadable': error<SavedFileProblem>(
    ({ spec, path, reason }) => `\`${spec}\` needs \`${path}\`, which cannot be read: ${reason}`,
    () => 'keep the whole folder that a run wrote',
  ),
  'defer-elsewhere': error<{
    readonly database: string;
    readonly target: string | undefined;
    readonly own: string;
    /** Another database of this engine can be read, if it is known where it is. */
    readonly attaches: boolean;
  }>(
    ({ database, own }) => `the saved state is of the database \`${database}\`, which cannot be read from \`${own}\``,
    ({ target, attaches }) => {
      if (!attaches) return 'keep both environments in one database, in schemas of their own';
      return target === undefined
        ? 'the manifest does not say of which target it is: write it with `tx compile --target <name>`'
        : `it was written for target \`${target}\`, which project.yaml does not have: add that target with the path of its database`;
    },
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

/** A file of an earlier run that a selector asks for. */
interface SavedFileProblem {
  readonly spec: string;
  readonly path: string;
  readonly reason: string;
  /** Whether it belongs to the folder of `--state`, and not to the target folder. */
  readonly inState: boolean;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
