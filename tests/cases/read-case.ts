/** Reads a golden case: a transcript of files that are written and commands that are run, in the order of the text. */

/** One thing that happens in a case. */
export type Step =
  | { readonly kind: 'write'; readonly path: string; readonly bytes: Buffer; readonly unreadable: boolean }
  | { readonly kind: 'change'; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: 'enlarge'; readonly path: string; readonly bytes: Buffer; readonly size: number }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'tx'; readonly line: string; readonly env: Readonly<Record<string, string>>; readonly args: readonly string[]; readonly exit: number }
  | { readonly kind: 'sql'; readonly sql: string }
  | { readonly kind: 'rm'; readonly path: string };

/** A case: what it shows, as a sentence, and what happens. */
export interface GoldenCase {
  readonly title: string;
  readonly steps: readonly Step[];
}

const sectionLine = /^--- (\S+?)(?: -> (\S+)| \(([^)]+)\))?$/;

/**
 * The text of a `case.txt`. The first line says what the case shows. Then come, in any order:
 * `--- path` and the content of that file, which can be `(escaped)` bytes, `(unreadable)`, blown up to `(70 MiB)`,
 * or what the file holds `(once it was read)`; `--- path -> target`, a link;
 * `$ tx …`, with `# exit 2` behind it when it is not 0; `$ sql …` on warehouse.duckdb; `$ rm path`.
 */
export function readCase(text: string): GoldenCase {
  const [title = '', ...lines] = text.split('\n');
  const steps: Step[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const section = sectionLine.exec(line);
    if (section !== null) {
      const [, path = '', target, how] = section;
      const content: string[] = [];
      while (at + 1 < lines.length && !sectionLine.test(lines[at + 1] ?? '') && !(lines[at + 1] ?? '').startsWith('$ ')) {
        at += 1;
        content.push(lines[at] ?? '');
      }
      steps.push(target === undefined ? writeStep(path, content.join('\n').trimEnd(), how) : { kind: 'link', path, to: target });
    } else if (line.startsWith('$ ')) steps.push(commandStep(line.slice(2)));
    else if (line.trim() !== '') throw new Error(`a line that belongs to nothing: ${line}`);
  }
  return { title, steps };
}

function writeStep(path: string, content: string, how: string | undefined): Step {
  const size = /(\d+) MiB$/.exec(how ?? '')?.[1];
  const plain = how?.startsWith('escaped') === true ? unescape(content) : Buffer.from(content === '' ? '' : `${content}\n`);
  if (size !== undefined) return { kind: 'enlarge', path, bytes: plain, size: Number(size) * 1024 * 1024 };
  if (how === 'once it was read') return { kind: 'change', path, bytes: plain };
  if (how === undefined || how === 'unreadable' || how === 'escaped') return { kind: 'write', path, bytes: plain, unreadable: how === 'unreadable' };
  throw new Error(`a file cannot be written \`(${how})\``);
}

/** `\n`, `\t`, `\r`, `\0` and `\xff` for any byte; the line ends of the case file count for nothing. */
function unescape(content: string): Buffer {
  const named: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0' };
  const utf8 = Buffer.from(content.replaceAll('\n', '')).toString('latin1');
  return Buffer.from(
    utf8.replaceAll(/\\(?:x([0-9a-f]{2})|([ntr0]))/g, (_, hex: string | undefined, name: string) =>
      hex === undefined ? (named[name] ?? name) : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  );
}

function commandStep(text: string): Step {
  if (text.startsWith('sql ')) return { kind: 'sql', sql: text.slice(4) };
  if (text.startsWith('rm ')) return { kind: 'rm', path: text.slice(3).trim() };
  const exit = / +# exit (\d+)$/.exec(text);
  const line = exit === null ? text : text.slice(0, exit.index);
  const words = splitWords(line);
  const tx = words.indexOf('tx');
  if (tx === -1) throw new Error(`a case runs tx, sql and rm only: ${text}`);
  const env = Object.fromEntries(words.slice(0, tx).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  return { kind: 'tx', line, env, args: words.slice(tx + 1), exit: Number(exit?.[1] ?? 0) };
}

/** Words as a shell splits them: blanks separate, single and double quotes hold together. */
function splitWords(line: string): string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) => double ?? single ?? ''));
}
