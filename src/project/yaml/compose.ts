/** Builds the tree of one YAML document from the parser's events, with caps on what aliases may cost. */
import type { Event } from 'js-yaml';
import { EVENT_ID, SCALAR_STYLE, getScalarValue } from 'js-yaml';
import type { Diagnostic, Outcome } from '../../diagnostics/diagnostic.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { bug } from '../../diagnostics/bug.ts';
import type { SourceFile } from '../../diagnostics/span.ts';
import { lineStarts, positionAt } from '../../diagnostics/span.ts';
import { numberProblem, resolvePlain } from './resolve-scalar.ts';
import type { YamlEntry, YamlNode, YamlScalar } from './yaml-node.ts';

export const yamlLimits = { depth: 100, aliases: 100, nodes: 100_000 } as const;

/** A node with what it would cost to walk: aliases share nodes, so a small file can stand for a huge tree. */
interface Weighed {
  readonly node: YamlNode;
  readonly size: number;
  readonly height: number;
}

interface Frame {
  readonly kind: 'map' | 'list';
  readonly start: number;
  readonly anchor: string;
  readonly items: YamlNode[];
  readonly entries: YamlEntry[];
  /** Keys of a large mapping, for finding duplicates without a quadratic scan. */
  keys: Map<string, YamlEntry> | undefined;
  key: { readonly text: string | undefined; readonly start: number; readonly end: number } | undefined;
  size: number;
  height: number;
  /** A key in it is none, so it is not what the user meant. */
  broken: boolean;
}

interface Anchor {
  readonly name: string;
  weighed: Weighed | undefined;
}

interface Composer {
  readonly source: SourceFile;
  readonly diagnostics: Diagnostic[];
  readonly frames: Frame[];
  readonly anchors: Map<string, Anchor>;
  root: Weighed | undefined;
  documents: number;
  aliases: number;
  /** End of the last token: where a value that nobody wrote would stand. */
  at: number;
}

type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;
type CollectionEvent = Extract<Event, { type: typeof EVENT_ID.MAPPING | typeof EVENT_ID.SEQUENCE }>;
type AliasEvent = Extract<Event, { type: typeof EVENT_ID.ALIAS }>;

/** Composes the events of `source`. The value is undefined for an empty file and where a limit stopped the work. */
export function composeEvents(source: SourceFile, events: readonly Event[]): Outcome<YamlNode | undefined> {
  const state: Composer = {
    source,
    diagnostics: [],
    frames: [],
    anchors: new Map(),
    root: undefined,
    documents: 0,
    aliases: 0,
    at: 0,
  };
  for (const event of events) {
    if (!take(state, event)) return { value: undefined, diagnostics: state.diagnostics };
  }
  return { value: state.root?.node, diagnostics: state.diagnostics };
}

/** Takes one event; false stops the work. */
function take(state: Composer, event: Event): boolean {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return takeScalar(state, event);
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      open(state, event);
      return true;
    case EVENT_ID.POP:
      return close(state);
    case EVENT_ID.ALIAS:
      return takeAlias(state, event);
    case EVENT_ID.DOCUMENT:
      return startDocument(state);
    default:
      return bug('unknown YAML event');
  }
}

function startDocument(state: Composer): boolean {
  state.documents += 1;
  if (state.documents === 1) return true;
  const marker = Math.max(0, state.source.text.indexOf('\n---', Math.max(0, state.at - 1)) + 1);
  report(state, diagnose('yaml-several-documents', {}, { span: span(state, marker, marker + 3) }));
  return false;
}

function takeScalar(state: Composer, event: ScalarEvent): boolean {
  const absent = event.valueStart < 0;
  const start = absent ? state.at : event.valueStart;
  const end = absent ? state.at : event.valueEnd;
  if (!absent) state.at = end;
  if (event.tagStart >= 0) refuseTag(state, event.tagStart, event.tagEnd);
  const text = getScalarValue(state.source.text, event);
  const frame = state.frames.at(-1);
  if (frame?.kind === 'map' && frame.key === undefined) {
    frame.key = { text: absent ? undefined : text, start, end };
    if (absent) report(state, diagnose('yaml-key', { found: 'nothing' }, { span: span(state, start, end + 1) }));
    return true;
  }
  const node: YamlScalar = { kind: 'scalar', value: scalarValue(state, event, text), start, end };
  const weighed = { node, size: 1, height: 1 };
  if (event.anchorStart >= 0) {
    const name = state.source.text.slice(event.anchorStart, event.anchorEnd);
    state.anchors.set(name, { name, weighed });
  }
  return place(state, weighed);
}

function scalarValue(state: Composer, event: ScalarEvent, text: string): YamlScalar['value'] {
  if (event.style !== SCALAR_STYLE.PLAIN) return text;
  const problem = numberProblem(text);
  if (problem === undefined) return resolvePlain(text);
  report(state, diagnose('yaml-number', { text, problem }, { span: span(state, event.valueStart, event.valueEnd) }));
  return text;
}

function open(state: Composer, event: CollectionEvent): void {
  if (event.tagStart >= 0) refuseTag(state, event.tagStart, event.tagEnd);
  const anchor = event.anchorStart >= 0 ? state.source.text.slice(event.anchorStart, event.anchorEnd) : '';
  if (anchor !== '') state.anchors.set(anchor, { name: anchor, weighed: undefined });
  state.frames.push({
    kind: event.type === EVENT_ID.MAPPING ? 'map' : 'list',
    start: event.start,
    anchor,
    items: [],
    entries: [],
    keys: undefined,
    key: undefined,
    size: 1,
    height: 1,
    broken: false,
  });
  state.at = event.start + 1;
}

function close(state: Composer): boolean {
  const frame = state.frames.pop();
  if (frame === undefined) return true;
  state.at = behindBracket(state.source.text, frame.start, state.at);
  const place_ = { start: frame.start, end: Math.max(state.at, frame.start), ...(frame.broken ? { broken: true as const } : {}) };
  const node: YamlNode =
    frame.kind === 'map' ? { kind: 'map', entries: frame.entries, ...place_ } : { kind: 'list', items: frame.items, ...place_ };
  const weighed = { node, size: frame.size, height: frame.height };
  if (frame.anchor !== '') {
    const anchor = state.anchors.get(frame.anchor);
    if (anchor !== undefined && anchor.weighed === undefined) anchor.weighed = weighed;
  }
  return place(state, weighed);
}

/** Between the last value of a collection in brackets and the bracket that closes it: its own quote, blanks, a comma, comments. */
const beforeBracket = /["',\s]*(?:#[^\r\n]*["',\s]*)*/y;

/** Where a collection ends whose last value ends at `at`. The parser tells of its beginning only. */
function behindBracket(text: string, start: number, at: number): number {
  const closing = text[start] === '[' ? ']' : text[start] === '{' ? '}' : undefined;
  if (closing === undefined) return at;
  beforeBracket.lastIndex = at;
  beforeBracket.test(text);
  return text[beforeBracket.lastIndex] === closing ? beforeBracket.lastIndex + 1 : at;
}

function takeAlias(state: Composer, event: AliasEvent): boolean {
  const { anchorStart, anchorEnd } = event;
  state.at = anchorEnd;
  const name = state.source.text.slice(anchorStart, anchorEnd);
  const where = { span: span(state, anchorStart - 1, anchorEnd) };
  state.aliases += 1;
  if (state.aliases > yamlLimits.aliases) {
    report(state, diagnose('yaml-limit', { what: 'aliases', limit: yamlLimits.aliases }, where));
    return false;
  }
  const anchor = state.anchors.get(name);
  if (anchor?.weighed === undefined) {
    report(
      state,
      anchor === undefined ? diagnose('yaml-unknown-anchor', { name }, where) : diagnose('yaml-circular-anchor', { name }, where),
    );
    return place(state, {
      node: { kind: 'scalar', value: null, start: anchorStart - 1, end: anchorEnd, broken: true },
      size: 1,
      height: 1,
    });
  }
  if (state.frames.length + anchor.weighed.height > yamlLimits.depth) {
    report(state, diagnose('yaml-limit', { what: 'levels', limit: yamlLimits.depth }, where));
    return false;
  }
  return place(state, anchor.weighed);
}

/** Puts a finished node into the collection it stands in. */
function place(state: Composer, weighed: Weighed): boolean {
  const frame = state.frames.at(-1);
  if (frame === undefined) {
    state.root = weighed;
    return true;
  }
  frame.size += weighed.size;
  frame.height = Math.max(frame.height, weighed.height + 1);
  if (frame.size > yamlLimits.nodes) {
    const { node } = weighed;
    report(state, diagnose('yaml-limit', { what: 'nodes', limit: yamlLimits.nodes }, { span: span(state, node.start, node.end) }));
    return false;
  }
  if (frame.kind === 'list') frame.items.push(weighed.node);
  else placeInMap(state, frame, weighed.node);
  return true;
}

function placeInMap(state: Composer, frame: Frame, node: YamlNode): void {
  const { key } = frame;
  if (key === undefined) {
    const found = node.kind === 'map' ? 'a mapping' : node.kind === 'list' ? 'a list' : 'an alias';
    report(state, diagnose('yaml-key', { found }, { span: span(state, node.start, node.end) }));
    frame.key = { text: undefined, start: node.start, end: node.end };
    frame.broken = true;
    return;
  }
  frame.key = undefined;
  if (key.text === undefined) return;
  const first = findKey(frame, key.text);
  if (first !== undefined) {
    report(state, duplicateKey(state.source, first, key));
    return;
  }
  const entry: YamlEntry = { key: key.text, keyStart: key.start, keyEnd: key.end, value: node };
  frame.entries.push(entry);
  frame.keys?.set(entry.key, entry);
}

const SCAN_UP_TO = 12;

function findKey(frame: Frame, key: string): YamlEntry | undefined {
  if (frame.entries.length <= SCAN_UP_TO) {
    for (const entry of frame.entries) if (entry.key === key) return entry;
    return undefined;
  }
  frame.keys ??= new Map(frame.entries.map((entry) => [entry.key, entry]));
  return frame.keys.get(key);
}

function duplicateKey(source: SourceFile, first: YamlEntry, second: { readonly start: number; readonly end: number }): Diagnostic {
  const starts = lineStarts(source.text);
  const firstLine = positionAt(source.text, first.keyStart, starts).line;
  const secondLine = positionAt(source.text, second.start, starts).line;
  return diagnose(
    'yaml-duplicate-key',
    { key: first.key, firstLine, secondLine },
    {
      span: { path: source.path, start: second.start, end: second.end },
      notes: [{ message: 'the first one is here', span: { path: source.path, start: first.keyStart, end: first.keyEnd } }],
    },
  );
}

function refuseTag(state: Composer, start: number, end: number): void {
  const tag = state.source.text.slice(start, end);
  report(state, diagnose('yaml-tag', { tag }, { span: span(state, start, end) }));
}

function report(state: Composer, diagnostic: Diagnostic): void {
  state.diagnostics.push(diagnostic);
}

function span(state: Composer, start: number, end: number): { readonly path: string; readonly start: number; readonly end: number } {
  return { path: state.source.path, start, end };
}
