/** What DuckDB's readers say of the content of a file, in one line: the engine adds pages about how it looked at the file. */

export interface FileProblem {
  readonly message: string;
  /** Without what stands in the file. */
  readonly redacted: string;
  readonly path: string;
  /** The column that does not convert. */
  readonly column?: string;
}

/** Longest value that is shown. */
const longestValue = 60;

function shortened(value: string): string {
  const line = value.replaceAll(/[\s\p{Cc}]+/gu, ' ');
  return line.length > longestValue ? `${line.slice(0, longestValue)}…` : line;
}

/** The problem with a file that `message`, in the engine's whole length, tells of; undefined when it tells of something else. */
export function fileProblem(message: string): FileProblem | undefined {
  return lineOfCsv(message) ?? formOfCsv(message) ?? partOfJson(message) ?? wholeFile(message);
}

function lineOfCsv(message: string): FileProblem | undefined {
  const line = /^CSV Error on Line: (\d+)/.exec(message)?.[1];
  // The last one: the lines before quote the file.
  const path = [...message.matchAll(/^ {2}file = (.*)$/gm)].at(-1)?.[1];
  if (line === undefined || path === undefined) return undefined;
  const place = `\`${path}\` line ${line}`;
  const conversion = [
    ...message.matchAll(/^Error when converting column "(.*)"\. Could not convert string "([^]*?)" to '([^'\n]*)'$/gm),
  ].at(-1);
  if (conversion !== undefined) {
    const [, column = '', value = '', type = ''] = conversion;
    const inColumn = `${place}, column \`${column}\``;
    return { path, column, message: `${inColumn}: \`${shortened(value)}\` is no ${type}`, redacted: `${inColumn}: a value is no ${type}` };
  }
  const width = /^Expected Number of Columns: (\d+) Found: (\d+)$/m.exec(message);
  const what = width === null ? wordsOf(message) : `columns: ${width[1]} expected, ${width[2]} found`;
  return { path, message: `${place}: ${what}`, redacted: `${place}: ${what}` };
}

/** Problems that the engine names in a fixed sentence, behind the line that it quotes. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^Value with unterminated quote found\./m, 'a quote is not closed'],
  [/^Invalid unicode/m, 'the text is not UTF-8'],
  [/^Maximum line size of \d+ bytes exceeded/m, 'the line is longer than `max_line_size`'],
];

function wordsOf(message: string): string {
  return sentences.find(([pattern]) => pattern.test(message))?.[1] ?? 'the line does not have the form of the file';
}

function formOfCsv(message: string): FileProblem | undefined {
  const path = /^Error when sniffing file "([^"\n]*)"/.exec(message)?.[1];
  if (path === undefined) return undefined;
  const widths = /contain: (\d+) columns\. It does not match the number of columns found by the sniffer: (\d+)/.exec(message);
  const words = `\`${path}\`: no delimiter and quotes fit all of its lines${widths === null ? '' : `; ${widths[1]} columns are declared and ${widths[2]} found`}`;
  return { path, message: words, redacted: words };
}

function partOfJson(message: string): FileProblem | undefined {
  const malformed = /^Malformed JSON in file "([^"\n]*)", at byte (\d+) in (?:line|record\/value) (\d+): ([^."]*)/.exec(message);
  if (malformed !== null) {
    const [, path = '', byte, line, words = ''] = malformed;
    const text = `\`${path}\` line ${line}, byte ${byte}: malformed JSON, ${words.trim()}`;
    return { path, message: text, redacted: text };
  }
  const transform = /^JSON transform error in file "([^"\n]*)", in (?:line|record\/value) (\d+): ([^]*?)(?:\n|$)/.exec(message);
  if (transform === null) return undefined;
  const [, path = '', line, words = ''] = transform;
  const told = words.split(/\. Try |\s*$/)[0] ?? '';
  const place = `\`${path}\` line ${line}`;
  return { path, message: `${place}: ${shortened(told)}`, redacted: `${place}: a value does not convert` };
}

function wholeFile(message: string): FileProblem | undefined {
  const path = /^File '([^'\n]*)' too small to be a Parquet file|^No magic bytes found at end of file '([^'\n]*)'/.exec(message);
  const name = path?.[1] ?? path?.[2];
  if (name === undefined) return undefined;
  const words = `\`${name}\` is no Parquet file`;
  return { path: name, message: words, redacted: words };
}

const READER = /\bread_\w+\s*\(/gi;

/** Where `sql` reads the file: the call of a reader that names it, or else the only reader that there is. */
export function findReader(sql: string, path: string): number | undefined {
  const calls = [...sql.matchAll(READER)].map(({ index, 0: head }) => ({ index, rest: sql.slice(index + head.length).trimStart() }));
  const quoted = `'${path.replaceAll("'", "''")}'`;
  const naming = calls.filter(({ rest }) => rest.startsWith(quoted));
  const found = naming.length > 0 ? naming : calls;
  return found.length === 1 ? found[0]?.index : undefined;
}

/** A relation that is not there. */
export interface MissingRelation {
  readonly name: string;
  readonly message: string;
  /** Where `sql` names it. */
  readonly position: number;
}

/**
 * The relation that the engine took for a file: `"raw"."csv"` without a table of that name is `raw.csv` to it, and then there is
 * no such file. Undefined where the text does name a file.
 */
export function relationTakenForFile(message: string, sql: string): MissingRelation | undefined {
  const path = /^No files found that match the pattern "([^"]+)"/.exec(message)?.[1];
  const parts = path?.split('.') ?? [];
  if (path === undefined || parts.length < 2 || sql.includes(`'${path}'`) || sql.includes(`"${path}"`)) return undefined;
  const written = parts.map((part) => `"?${part.replaceAll(/[^\p{L}\p{N}_]/gu, String.raw`\$&`)}"?`).join(String.raw`\s*\.\s*`);
  const found = new RegExp(String.raw`(?<![\p{L}\p{N}_."'])${written}(?![\p{L}\p{N}_"'])`, 'iu').exec(sql);
  return found === null ? undefined : { name: path, message: `Table with name ${path} does not exist!`, position: found.index };
}
