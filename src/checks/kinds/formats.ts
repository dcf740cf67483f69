/** Checks of texts that stand for something else: addresses, numbers, dates, codes. */
import type { CheckArguments, CheckDefinition, CheckTarget } from '../check-definition.ts';
import { readDateFormat } from '../date-format.ts';
import { columnCheck, may, must } from '../define.ts';
import { isoCodes } from '../iso-codes.ts';
import { scalarOf, textOf } from '../read-argument.ts';
import { textFormats } from '../text-formats.ts';

/** Payment cards have at most so many digits. */
const cardDigits = 19;

/** Whether the digits add up to a multiple of ten when every second one from the right counts twice. */
function luhn(text: string): string {
  const digits = `lpad(replace(replace(${text}, ' ', ''), '-', ''), ${cardDigits}, '0')`;
  const terms = Array.from({ length: cardDigits }, (_item, at) => {
    const digit = `cast(substr(${digits}, ${at + 1}, 1) as integer)`;
    const isDoubled = (cardDigits - at) % 2 === 0;
    return isDoubled ? `(${digit} * 2 - case when ${digit} > 4 then 9 else 0 end)` : digit;
  });
  return `(${terms.join(' + ')}) % 10 = 0`;
}

function breaksFormat(column: string, args: CheckArguments, { dialect }: CheckTarget): string {
  const format = textFormats[textOf(args, 'is')];
  if (format === undefined) return 'false';
  const fits = dialect.checks.matches(column, format.pattern);
  if (format.isCard) return `case when ${fits} then not (${luhn(column)}) else not ${fits} end`;
  if (format.isDate) return `case when ${fits} then ${dialect.tryCast(`substr(${column}, 1, 10)`, 'date')} is null else not ${fits} end`;
  return `not ${fits}`;
}

const format = columnCheck({
  name: 'format',
  summary: 'every text has the form of such a thing',
  arguments: [must('is', 'word', 'what the texts stand for', Object.keys(textFormats))],
  violation: breaksFormat,
});

const castable = columnCheck({
  name: 'castable',
  summary: 'every value can be cast to a type',
  arguments: [must('type', 'text', 'the type, as the engine spells it')],
  violation: (column, args, { dialect }) =>
    `case when ${column} is not null then ${dialect.tryCast(column, textOf(args, 'type'))} is null end`,
});

const dateFormat = columnCheck({
  name: 'date_format',
  summary: 'every text is a date or time in a format',
  arguments: [must('format', 'text', 'the format, such as `%d.%m.%Y`; it knows `%Y %m %d %H %M %S %f %z`')],
  problem: (args) => {
    const read = readDateFormat(textOf(args, 'format'));
    return 'problem' in read ? read.problem : undefined;
  },
  violation: (column, args, { dialect }) => {
    const read = readDateFormat(textOf(args, 'format'));
    if ('problem' in read) return 'false';
    const fits = dialect.checks.matches(column, read.pattern);
    if (read.day === undefined) return `not ${fits}`;
    const date = `regexp_replace(${column}, ${dialect.literal(read.pattern)}, ${dialect.literal(read.day)})`;
    return `case when ${fits} then ${dialect.tryCast(date, 'date')} is null else not ${fits} end`;
  },
});

const validJson = columnCheck({
  name: 'valid_json',
  summary: 'every text is JSON',
  // As text, since an engine may make JSON of any value that is none, such as a date.
  violation: (column, _args, { dialect }) =>
    `case when ${column} is not null then ${dialect.tryCast(`cast(${column} as varchar)`, 'json')} is null end`,
});

/** Where a code is in none of the lists. */
function isNoCode(code: string, known: readonly string[], { dialect }: CheckTarget): string {
  return `${code} not in (${known.map((entry) => dialect.literal(entry)).join(', ')})`;
}

const isoCode = columnCheck({
  name: 'iso_code',
  summary: 'every text is a code of an ISO standard',
  arguments: [
    must('is', 'word', 'the standard: countries and their subdivisions (3166), currencies (4217), languages (639-1)', [
      ...Object.keys(isoCodes),
      'subdivision',
    ]),
    may('ignore_case', 'boolean', 'whether lower and upper case are the same (default `false`)'),
  ],
  violation: (column, args, target) => {
    const kind = textOf(args, 'is');
    const ignoresCase = scalarOf(args, 'ignore_case') === true;
    const text = ignoresCase ? `${kind === 'language' ? 'lower' : 'upper'}(${column})` : column;
    if (kind !== 'subdivision') return isNoCode(text, isoCodes[kind] ?? [], target);
    const fits = target.dialect.checks.matches(text, '^[A-Z]{2}-[A-Z0-9]{1,3}$');
    return `(not ${fits} or ${isNoCode(`substr(${text}, 1, 2)`, isoCodes['country'] ?? [], target)})`;
  },
});

export const formatChecks: readonly CheckDefinition[] = [format, castable, dateFormat, validJson, isoCode];
