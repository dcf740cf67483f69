/** Adds entries to a property file: new lines only, between those that people wrote. */
import type { SourceFile } from '../diagnostics/span.ts';
import { parseYaml } from '../project/yaml/parse-yaml.ts';
import type { YamlList, YamlMap, YamlNode } from '../project/yaml/yaml-node.ts';
import { entryOf, isNull, textOf, toYamlValue } from '../project/yaml/yaml-node.ts';
import type { YamlValue } from '../project/project.ts';
import { yamlText } from './yaml-text.ts';

/** An entry of a list: a mapping that is found again by its `name`. Only what is missing of it is added. */
export interface NamedEntry {
  readonly name: string;
  /** Written with a new entry, never into one that is there. */
  readonly values: readonly (readonly [key: string, value: string | true])[];
  readonly lists: readonly NamedList[];
}

export interface NamedList {
  readonly key: string;
  readonly entries: readonly NamedEntry[];
}

export interface Added {
  /** Undefined where nothing is added. */
  readonly text: string | undefined;
  /** Offsets at which nothing can be added without changing what stands there. */
  readonly refused: readonly number[];
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** How names are compared: columns as the database does. */
export type Fold = (name: string) => string;

export function addToYaml(source: SourceFile, list: NamedList, fold: Fold): Added {
  const { value: top, diagnostics } = parseYaml(source);
  if (diagnostics.length > 0) return { text: undefined, refused: [diagnostics[0]?.span?.start ?? 0] };
  const work: Work = { source, fold, insertions: [], refused: [] };
  let added = list;
  if (top === undefined) work.insertions.push(linesAt(source.text, source.text.length, listLines(list, '')));
  else added = addList(work, top, list);
  const { insertions, refused } = work;
  if (insertions.length === 0) return { text: undefined, refused };
  const text = insert(source.text, insertions);
  // Whatever a file looks like: it says what it said, and what was to be added.
  const expected = merged(top === undefined ? {} : toYamlValue(top), added, fold);
  const after = parseYaml({ path: source.path, text });
  const isSound = after.diagnostics.length === 0 && after.value !== undefined && same(toYamlValue(after.value), expected);
  return isSound ? { text, refused } : { text: undefined, refused: [insertions[0]?.at ?? 0] };
}

interface Work {
  readonly source: SourceFile;
  readonly fold: Fold;
  readonly insertions: Insertion[];
  readonly refused: number[];
}

/** Adds a list to a mapping, or to the list that it has already. Gives what of it is added. */
function addList(work: Work, map: YamlNode, list: NamedList): NamedList {
  const { text } = work.source;
  const none: NamedList = { key: list.key, entries: [] };
  const refuse = (at: number): NamedList => {
    work.refused.push(at);
    return none;
  };
  if (list.entries.length === 0) return none;
  const entry = entryOf(map, list.key);
  if (entry?.value.kind === 'list') return { key: list.key, entries: addEntries(work, entry.value, list) };
  const indent = map.kind === 'map' && text[map.start] !== '{' ? indentOf(text, map) : undefined;
  if (map.kind !== 'map' || indent === undefined) return refuse(map.start);
  if (entry === undefined) {
    work.insertions.push(linesAt(text, afterComments(text, endOf(text, map), Math.max(1, indent.length)), listLines(list, indent)));
    return list;
  }
  // `columns:` with nothing behind it but a comment.
  if (!isNull(entry.value) || !/^["']?[ \t]*:[ \t]*(?:#.*)?$/.test(lineFrom(text, entry.keyEnd))) return refuse(entry.keyStart);
  work.insertions.push(linesAt(text, endOfLine(text, entry.keyEnd), listLines(list, indent).slice(1)));
  return list;
}

function addEntries(work: Work, node: YamlList, { entries }: NamedList): readonly NamedEntry[] {
  const { source, fold } = work;
  const named = new Map(node.items.map((item) => [fold(textOf(item, 'name') ?? ''), item]));
  const added: NamedEntry[] = [];
  const fresh: NamedEntry[] = [];
  for (const entry of entries) {
    const item = named.get(fold(entry.name));
    if (item === undefined) fresh.push(entry);
    else added.push({ ...entry, lists: entry.lists.map((list) => addList(work, item, list)) });
  }
  if (fresh.length === 0) return added;
  const insertion = source.text[node.start] === '[' ? inBrackets(source.text, node, fresh) : asLines(source.text, node, fresh);
  if (insertion === undefined) {
    work.refused.push(node.start);
    return added;
  }
  work.insertions.push(insertion);
  return [...added, ...fresh];
}

function asLines(text: string, node: YamlList, fresh: readonly NamedEntry[]): Insertion | undefined {
  const [first, second] = node.items;
  const indent = first === undefined ? undefined : dashIndent(text, first);
  if (indent === undefined) return undefined;
  // Entries that are kept apart by an empty line stay so.
  const lines = isAfterEmptyLine(text, second) ? withGaps(fresh, indent) : fresh.flatMap((entry) => entryLines(entry, indent));
  return linesAt(text, afterComments(text, endOf(text, node), indent.length + 1), lines);
}

/** `[{ name: a }, { name: b }]`: goes on behind the last entry; `[]` gets its first one. */
function inBrackets(text: string, node: YamlList, fresh: readonly NamedEntry[]): Insertion | undefined {
  const last = node.items.at(-1);
  const isSimple = fresh.every(({ lists }) => lists.every(({ entries }) => entries.length === 0));
  if (!isSimple || (last === undefined ? text[node.start + 1] !== ']' : text[last.start] !== '{')) return undefined;
  const quoted = (value: string | true): string => (value === true || /^\w+$/.test(value) ? valueText(value) : JSON.stringify(value));
  const entries = fresh.map(({ name, values }) => [['name', name] as const, ...values].map(([key, value]) => `${key}: ${quoted(value)}`));
  const written = entries.map((pairs) => `{ ${pairs.join(', ')} }`).join(', ');
  return last === undefined ? { at: node.start + 1, text: written } : { at: closeOf(text, last.start), text: `, ${written}` };
}

/** Whole lines behind the line that ends at an offset. */
function linesAt(text: string, at: number, lines: readonly string[]): Insertion {
  const isFresh = at === 0 || text[at - 1] === '\n';
  return { at, text: `${isFresh ? '' : '\n'}${lines.join('\n')}` };
}

function withGaps(entries: readonly NamedEntry[], indent: string): readonly string[] {
  return entries.flatMap((entry) => ['', ...entryLines(entry, indent)]);
}

function isAfterEmptyLine(text: string, item: YamlNode | undefined): boolean {
  if (item === undefined) return false;
  const start = text.lastIndexOf('\n', item.start - 1);
  return start > 0 && /\n[ \t]*$/.test(text.slice(0, start));
}

/** The blanks before the first key of a mapping, as far as a dash stands before it too. */
function indentOf(text: string, map: YamlMap): string | undefined {
  const [first] = map.entries;
  if (first === undefined) return undefined;
  const head = text.slice(text.lastIndexOf('\n', first.keyStart - 1) + 1, first.keyStart);
  return /^[ \-"']*$/.test(head) ? ' '.repeat(head.replace(/["']$/, '').length) : undefined;
}

/** The blanks before the dash of an entry; undefined where the list has no dashes, or its entries no line of their own. */
function dashIndent(text: string, item: YamlNode): string | undefined {
  const head = text.slice(text.lastIndexOf('\n', item.start - 1) + 1, item.start);
  return /^( *)- +["']?$/.exec(head)?.[1];
}

function lineFrom(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(at, end === -1 ? text.length : end);
}

/** Where the line of an offset ends. */
function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** The end of the last line that belongs to a node. The end of a block of text is the beginning of the next line. */
function endOf(text: string, node: YamlNode): number {
  let last = lastEnd(text, node);
  while (last > 0 && /\s/.test(text.charAt(last - 1))) last -= 1;
  return endOfLine(text, last);
}

/** The end of the comments that follow a line at once, as far as they are indented like what stands there: they speak of it. */
function afterComments(text: string, end: number, indent: number): number {
  let at = end;
  for (;;) {
    const [line, blanks = ''] = /^\n( *)#.*/.exec(text.slice(at)) ?? [];
    if (line === undefined || blanks.length < indent) return at;
    at += line.length;
  }
}

/** Where the last thing in a node ends: collections themselves end where the next token begins. */
function lastEnd(text: string, node: YamlNode): number {
  if (node.kind === 'scalar') return node.end;
  if (/^[[{]/.test(text.charAt(node.start))) return closeOf(text, node.start);
  if (node.kind === 'list') return Math.max(node.start, ...node.items.map((item) => lastEnd(text, item)));
  return Math.max(node.start, ...node.entries.flatMap(({ keyEnd, value }) => [keyEnd, isNull(value) ? keyEnd : lastEnd(text, value)]));
}

/** Behind the bracket that closes the one at `open`. */
function closeOf(text: string, open: number): number {
  let depth = 0;
  for (const { 0: sign, index } of text.slice(open).matchAll(/"(?:[^"\\]|\\[^])*"|'(?:[^']|'')*'|(?<=\s)#.*|[[\]{}]/g)) {
    if (/^[[{]$/.test(sign)) depth += 1;
    else if (/^[\]}]$/.test(sign)) depth -= 1;
    if (depth === 0) return open + index + 1;
  }
  return text.length;
}

export function listLines({ key, entries }: NamedList, indent: string): readonly string[] {
  return [`${indent}${key}:`, ...entries.flatMap((entry) => entryLines(entry, `${indent}  `))];
}

function valueText(value: string | true): string {
  return value === true ? 'true' : yamlText(value);
}

function entryLines({ name, values, lists }: NamedEntry, indent: string): readonly string[] {
  return [
    `${indent}- name: ${yamlText(name)}`,
    ...values.map(([key, value]) => `${indent}  ${key}: ${valueText(value)}`),
    ...lists.flatMap((list) => (list.entries.length === 0 ? [] : listLines(list, `${indent}  `))),
  ];
}

function insert(text: string, insertions: readonly Insertion[]): string {
  let result = '';
  let at = 0;
  // Of two at one place the inner one comes first: it was found first.
  for (const insertion of [...insertions].sort((a, b) => a.at - b.at)) {
    result += text.slice(at, insertion.at) + insertion.text;
    ({ at } = insertion);
  }
  result += text.slice(at);
  return result.endsWith('\n') ? result : `${result}\n`;
}

/** What the file has to say afterwards. */
function merged(value: YamlValue, { key, entries }: NamedList, fold: Fold): YamlValue {
  const map = isRecord(value) ? value : {};
  if (entries.length === 0) return map;
  const there = Array.isArray(map[key]) ? (map[key] as readonly YamlValue[]) : [];
  const nameIn = (item: YamlValue): string | undefined =>
    isRecord(item) && typeof item['name'] === 'string' ? fold(item['name']) : undefined;
  const grown = there.map((item) => {
    const entry = entries.find(({ name }) => fold(name) === nameIn(item));
    return entry === undefined ? item : entry.lists.reduce<YamlValue>((grownItem, list) => merged(grownItem, list, fold), item);
  });
  const fresh = entries.filter(({ name }) => !there.some((item) => nameIn(item) === fold(name))).map(valueOfEntry);
  return { ...map, [key]: [...grown, ...fresh] };
}

function valueOfEntry({ name, values, lists }: NamedEntry): YamlValue {
  return {
    name,
    ...Object.fromEntries(values),
    ...Object.fromEntries(lists.flatMap(({ key, entries }) => (entries.length === 0 ? [] : [[key, entries.map(valueOfEntry)]]))),
  };
}

function isRecord(value: YamlValue | undefined): value is { readonly [key: string]: YamlValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values are the same, whatever the order of keys. */
function same(a: YamlValue, b: YamlValue): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: YamlValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}
