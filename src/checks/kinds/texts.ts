/** Checks of texts. */
import { outside, renamedBounds, numberBounds, numberBoundsProblem } from '../bounds.ts';
import type { CheckArguments, CheckDefinition, CheckTarget } from '../check-definition.ts';
import { columnCheck, expectations, may, must } from '../define.ts';
import { scalarOf, textOf, textsOf } from '../read-argument.ts';

const matchOn = may('match_on', 'word', 'whether one of several is enough (`any`, the default) or each is needed (`all`)', ['any', 'all']);

/** Joins tests of one text against several patterns; strict in NULL, as each of them is. */
function anyOrAll(tests: readonly string[], args: CheckArguments): string {
  const joined = tests.join(scalarOf(args, 'match_on') === 'all' ? ' and ' : ' or ');
  return tests.length === 1 ? joined : `(${joined})`;
}

type Tester = (column: string, pattern: string, target: CheckTarget) => string;

const fitsRegex: Tester = (column, pattern, { dialect }) => dialect.checks.matches(column, pattern);
const isLike: Tester = (column, pattern, { dialect }) => `${column} like ${dialect.literal(pattern)}`;

function tests(name: string, tester: Tester): (column: string, args: CheckArguments, target: CheckTarget) => string {
  return (column, args, target) =>
    anyOrAll(
      textsOf(args, name).map((pattern) => tester(column, pattern, target)),
      args,
    );
}

const regexTests = tests('regex', fitsRegex);
const likeTests = tests('pattern', isLike);

/** The ways in which another package writes its patterns: one check for one, another for several. */
function patternAliases(word: string, not: '' | 'not_', one: string, several: string, renamed: string): CheckDefinition['aliases'] {
  const name = `expect_column_values_to_${not}match_${word}`;
  return [expectations(name, { renamed: { [one]: renamed } }), expectations(`${name}_list`, { renamed: { [several]: renamed } })];
}

const regex = must(
  'regex',
  'texts',
  "a regular expression in the engine's language, or a list of them; `^` and `$` make it the whole text",
);
const pattern = must('pattern', 'texts', 'a pattern for `like`, or a list of them: `%` is any text, `_` one character');
/** `%` at the end only: such a pattern is a range of texts. */
const isPrefix = (args: CheckArguments): boolean => textsOf(args, 'pattern').every((text) => /^[^%_]+%$/.test(text));

const length = columnCheck({
  name: 'has_length',
  aliases: [
    expectations('expect_column_value_lengths_to_be_between', { renamed: renamedBounds }),
    expectations('expect_column_value_lengths_to_equal', { renamed: { value: 'equal' } }),
  ],
  summary: 'every text has so many characters',
  arguments: numberBounds,
  problem: numberBoundsProblem,
  violation: (column, args, target) => outside(target.dialect.checks.textLength(column), args, target),
});

const casing = columnCheck({
  name: 'casing',
  summary: 'every text is in upper case, or in lower case',
  arguments: [must('is', 'word', 'the case that is right', ['upper', 'lower'])],
  violation: (column, args) => `${column} <> ${textOf(args, 'is')}(${column})`,
});

export const textChecks: readonly CheckDefinition[] = [
  columnCheck({
    name: 'matches_regex',
    aliases: patternAliases('regex', '', 'regex', 'regex_list', 'regex'),
    summary: 'every text fits a regular expression',
    arguments: [regex, matchOn],
    violation: (column, args, target) => `not (${regexTests(column, args, target)})`,
  }),
  columnCheck({
    name: 'not_matches_regex',
    aliases: patternAliases('regex', 'not_', 'regex', 'regex_list', 'regex'),
    summary: 'no text fits a regular expression; with `match_on: all`, none fits all of them',
    arguments: [regex, matchOn],
    violation: (column, args, target) => regexTests(column, args, target),
  }),
  columnCheck({
    name: 'like',
    aliases: patternAliases('like_pattern', '', 'like_pattern', 'like_pattern_list', 'pattern'),
    summary: 'every text is like a pattern',
    arguments: [pattern, matchOn],
    violation: (column, args, target) => `not (${likeTests(column, args, target)})`,
  }),
  columnCheck({
    name: 'not_like',
    aliases: patternAliases('like_pattern', 'not_', 'like_pattern', 'like_pattern_list', 'pattern'),
    summary: 'no text is like a pattern; with `match_on: all`, none is like all of them',
    arguments: [pattern, matchOn],
    prunable: isPrefix,
    violation: (column, args, target) => likeTests(column, args, target),
  }),
  length,
  columnCheck({
    name: 'trimmed',
    summary: 'no text begins or ends with a space',
    violation: (column) => `${column} <> trim(${column})`,
  }),
  casing,
];
