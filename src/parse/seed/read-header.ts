/** Reads the names of a seed's columns and finds what is wrong with them. */
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { typeProblem } from './declared-type.ts';
import type { ProblemList } from './problem-list.ts';
import type { RecordReader } from './record-reader.ts';
import { fieldForm } from './record-reader.ts';
import type { SeedOptions } from './seed.ts';

const delimiters = [',', ';', '\t', '|'];

/** The delimiter that a header of one unquoted field seems to be written with. */
function otherDelimiter(header: string): string | undefined {
  const counts = delimiters.map((delimiter) => header.split(delimiter).length);
  const most = Math.max(...counts);
  return most > 1 ? delimiters[counts.indexOf(most)] : undefined;
}

/** The form under which two columns are one: engines that tell `Id` from `id` are the exception. */
export function fold(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * The names in the current record of `reader`, without blanks around those that are not quoted: nobody could write such a name
 * in a query without quotes. Undefined when the delimiter is plainly another one.
 */
export function readHeader(reader: RecordReader, delimiter: string, problems: ProblemList): readonly string[] | undefined {
  const names = Array.from({ length: reader.count }, (_, field) => {
    const name = reader.cell(field);
    return reader.forms[field] === fieldForm.plain ? name.trim() : name;
  });
  const places = (field: number): readonly [number, number] => [
    reader.offsetOf(reader.starts[field] ?? 0),
    reader.offsetOf(reader.ends[field] ?? 0),
  ];
  const [only = ''] = names;
  const found = names.length === 1 && reader.forms[0] === fieldForm.plain ? otherDelimiter(only) : undefined;
  if (found !== undefined) {
    problems.add('seed-header-delimiter', { found, used: delimiter }, ...places(0));
    return undefined;
  }
  const seen = new Map<string, number>();
  for (const [field, name] of names.entries()) {
    const first = seen.get(fold(name));
    if (name.trim() === '') problems.add('seed-header-empty', { column: field + 1, count: names.length }, ...places(field));
    else if (first === undefined) seen.set(fold(name), field);
    else problems.add('seed-header-duplicate', { name, first: first + 1, second: field + 1 }, ...places(field));
  }
  return names;
}

/** The declared type of each column, in the order of the header. A declaration without a column is a problem. */
export function matchDeclaredTypes(
  header: readonly string[],
  options: SeedOptions,
  problems: ProblemList,
): readonly (string | undefined)[] {
  const declared = Object.entries(options.columnTypes ?? {});
  const types = new Map<string, string>();
  const unmatched: typeof declared = [];
  const folded = new Map(header.map((name) => [fold(name), name]));
  for (const entry of declared) {
    const [name, type] = entry;
    const column = header.includes(name) ? name : folded.get(fold(name));
    if (column === undefined) {
      unmatched.push(entry);
      continue;
    }
    const problem = typeProblem(type.value);
    if (problem === undefined) types.set(column, type.value);
    else {
      const params = { column: name, type: type.value, problem, advice: undefined };
      problems.addElsewhere(diagnose('seed-type', params, { span: type.span, node: options.node }));
    }
  }
  const undeclared = header.filter((name) => !types.has(name));
  for (const [column, { span, nameSpan }] of unmatched) {
    problems.addElsewhere(
      diagnose('seed-column-not-found', { column, header, undeclared }, { span: nameSpan ?? span, node: options.node }),
    );
  }
  return header.map((name) => types.get(name));
}
