/** Reads one YAML document into a tree; whatever is wrong with it becomes diagnostics on its lines. */
import { YAMLException, parseEvents } from 'js-yaml';
import type { Diagnostic, Outcome } from '../../diagnostics/diagnostic.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { SourceFile } from '../../diagnostics/span.ts';
import { composeEvents, yamlLimits } from './compose.ts';
import { parseSimpleYaml } from './simple-yaml.ts';
import type { YamlNode } from './yaml-node.ts';

/** Parses `source`. The value is undefined for an empty document and after a syntax error. */
export function parseYaml(source: SourceFile): Outcome<YamlNode | undefined> {
  const simple = parseSimpleYaml(source.text);
  return simple === undefined ? parseAnyYaml(source) : { value: simple, diagnostics: [] };
}

/** The whole language, by the library; the reference that the short cut in {@link parseYaml} is compared with. */
export function parseAnyYaml(source: SourceFile): Outcome<YamlNode | undefined> {
  try {
    return composeEvents(source, parseEvents(source.text, { maxDepth: yamlLimits.depth }));
  } catch (thrown) {
    if (!(thrown instanceof YAMLException)) throw thrown;
    return { value: undefined, diagnostics: [syntaxError(source, thrown)] };
  }
}

/** What the library's commonest reasons mean to somebody who writes a project. */
const explanations: readonly (readonly [RegExp, string, string | undefined])[] = [
  [
    /^deficient indentation/,
    'a bracket or quote that is open here is not closed, or goes on with too little indentation',
    'close it; quote a value that starts with `{{`',
  ],
  [/flow collection$/, 'a `[` or `{` is not closed', 'close it; quote a value that starts with `{{`'],
  [/double quoted scalar$/, 'a `"` is not closed', 'close the quote'],
  [/single quoted scalar$/, "a `'` is not closed", "close the quote; a quote inside is written `''`"],
  [/unknown escape sequence/, 'a `\\` before a letter that has no meaning in double quotes', 'use single quotes, or write `\\\\`'],
  [/multiline key|expected ':'/, 'a key without `:`', 'write `key: value`'],
  [/missed comma/, 'a `,` is missing between two entries', 'separate the entries with commas; quote text that contains brackets'],
  [
    /document separator is expected/,
    'this line belongs to nothing above it',
    'check its indentation, and that the line above ends with `:` where it needs to',
  ],
  [/null byte|non-printable|JSON character/, 'it contains a control character', 'delete it; it may be invisible in your editor'],
];

function syntaxError(source: SourceFile, thrown: YAMLException): Diagnostic {
  const start = Math.min(thrown.mark?.position ?? 0, source.text.length);
  const line = (thrown.mark?.line ?? 0) + 1;
  const where = { span: { path: source.path, start, end: Math.min(start + 1, source.text.length) } };
  const reason = thrown.reason;
  if (reason.startsWith('nesting exceeded')) return diagnose('yaml-limit', { what: 'levels', limit: yamlLimits.depth }, where);
  if (reason.startsWith('tab characters') || tabIndents(source.text, start)) return diagnose('yaml-tab', { line }, where);
  const reserved = /^[@`%]/.exec(source.text.slice(start));
  if (reserved !== null) {
    const explained = {
      line,
      reason: `a value cannot start with ${reserved[0] === '`' ? 'a backtick' : `\`${reserved[0]}\``}`,
      help: 'quote it',
    };
    return diagnose('yaml-syntax', explained, where);
  }
  if (reason.startsWith('bad indentation')) return diagnose('yaml-indentation', { line }, where);
  const known = explanations.find(([pattern]) => pattern.test(reason));
  return diagnose('yaml-syntax', { line, reason: known?.[1] ?? reason, help: known?.[2] }, where);
}

/** Whether the line of `offset` starts with a tab: then the tab is the cause, whatever the parser stumbled over. */
function tabIndents(text: string, offset: number): boolean {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^ *\t/.test(text.slice(lineStart, offset + 1));
}
