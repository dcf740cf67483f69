/** Codes of the `check` area: what is wrong with a declared check, before it runs. */
import { error } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

const quoted = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

/** The name that was begun, such as `uniq`: the only one, or that which all others begin with. */
function abbreviated(name: string, known: readonly string[]): string | undefined {
  const begun = name.length > 2 ? known.filter((entry) => entry.startsWith(name.toLowerCase())) : [];
  const [shortest] = begun.toSorted((a, b) => a.length - b.length);
  return shortest !== undefined && begun.every((entry) => entry.startsWith(shortest)) ? `did you mean ${quoted([shortest])}?` : undefined;
}

export const checkCodes = {
  'unknown-check': error<{ readonly check: string; readonly known: readonly string[] }>(
    ({ check }) => `there is no check \`${check}\``,
    ({ check, known }) => didYouMean(check, known) ?? abbreviated(check, known) ?? 'docs/checks.md lists those that there are',
  ),
  'check-needs-column': error<{ readonly check: string }>(
    ({ check }) => `\`${check}\` looks at one column, and here it stands on none`,
    () => 'move it to the `tests:` of a column',
  ),
  'check-argument-unknown': error<{
    readonly check: string;
    readonly argument: string;
    readonly known: readonly string[];
    /** The one argument that is needed and not given. */
    readonly missing: readonly string[];
    /** What else may stand there. */
    readonly config: readonly string[];
  }>(
    ({ check, argument }) => `\`${check}\` has no argument \`${argument}\``,
    ({ argument, known, missing, config }) => {
      const near = didYouMean(argument, [...known, ...config]);
      if (near !== undefined) return near;
      if (missing.length > 0) return `did you mean ${quoted(missing)}?`;
      return known.length === 0 ? 'it takes none' : `it takes ${quoted(known)}`;
    },
  ),
  'check-argument-missing': error<{ readonly check: string; readonly argument: string; readonly description: string }>(
    ({ check, argument }) => `\`${check}\` needs the argument \`${argument}\``,
    ({ argument, description }) => `\`${argument}\` is ${description}`,
  ),
  'check-argument-type': error<{ readonly check: string; readonly argument: string; readonly expected: string }>(
    ({ check, argument, expected }) => `argument \`${argument}\` of \`${check}\` must be ${expected}`,
  ),
  'check-arguments-wrong': error<{ readonly check: string; readonly problem: string }>(({ check, problem }) => `\`${check}\` ${problem}`),
  'check-config-misfit': error<{ readonly check: string; readonly key: string; readonly reason: string }>(
    ({ check, key }) => `config \`${key}\` does not fit \`${check}\``,
    ({ reason }) => reason,
  ),
  'check-column-not-found': error<{
    readonly check: string;
    readonly column: string;
    readonly relation: string;
    readonly columns: readonly string[];
    /** The argument that names the column, where it is not the one that the check stands on. */
    readonly argument?: string;
  }>(
    ({ check, column, relation, argument }) =>
      argument === undefined
        ? `\`${check}\` stands on column \`${column}\`, which \`${relation}\` does not have`
        : `\`${argument}\` of \`${check}\` names column \`${column}\`, which \`${relation}\` does not have`,
    ({ column, columns }) => {
      const found = columns.length === 0 ? 'it has no columns' : `its columns are ${quoted(columns)}`;
      const near = didYouMean(column, columns);
      return near === undefined ? found : `${near} ${found}`;
    },
  ),
  'check-values-misfit': error<{
    readonly check: string;
    readonly column: string;
    readonly type: string;
    readonly values: readonly string[];
  }>(
    ({ check, column, type, values }) => `\`${check}\` compares column \`${column}\` of type \`${type}\` with ${quoted(values)}`,
    ({ type }) => `write the values as \`${type}\`, or cast the column in the model`,
  ),
};
