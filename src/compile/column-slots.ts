/** Parts of compiled text that stand for columns of other nodes: what they ask for, and how they are written down until it is known. */
import type { Span } from '../diagnostics/span.ts';
import type { CompiledText, NodeId, Slot } from './compiled.ts';
import { joinTexts, sliceText } from './compiled-text.ts';
import { generatedMap, lookupSpan } from './span-map.ts';

/** What a template asks for. It is part of the compiled text, so that everything that carries text carries it. */
export type ColumnRequest = StarRequest | UnionRequest | RenderRequest | UnknownRequest;

export interface StarRequest {
  readonly kind: 'star';
  readonly of: NodeId;
  /** Names of columns, in whatever case. */
  readonly except: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
  readonly alias?: string;
}

export interface UnionRequest {
  readonly kind: 'union';
  readonly of: readonly NodeId[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly where?: string;
  /** Absent where nobody wants to know which row came from where. */
  readonly source?: string;
}

/** A whole text: its template loops over columns, or decides by them, and is rendered again with them. */
export interface RenderRequest {
  readonly kind: 'render';
  readonly of: readonly NodeId[];
  readonly node: NodeId;
  /** Absent where the same text serves both kinds of run. */
  readonly isIncremental?: boolean;
  /** Tells one version of the template from another. */
  readonly version: string;
}

/** Columns in a rendering without columns: such a text is thrown away once it is known what it refers to. */
interface UnknownRequest {
  readonly kind: 'unknown';
}

/** The nodes whose columns a request is about. */
export function nodesOfRequest(request: ColumnRequest): readonly NodeId[] {
  switch (request.kind) {
    case 'star':
      return [request.of];
    case 'union':
    case 'render':
      return request.of;
    case 'unknown':
      return [];
  }
}

/** What stands for columns, and for all that is made of them, in a rendering without columns. */
export const unknownPlaceholder = '{{columns {"kind":"unknown"}}}';

/** Finds placeholders in text. No brace stands inside of the object: {@link spellRequest} sees to that. */
export const columnPlaceholder = String.raw`\{\{columns \{[^{}]*\}\}\}`;

const head = '{{columns ';
const tail = '}}';

/**
 * The request as text. To every scanner of SQL it is a few signs, words and quoted names, whatever names or conditions it
 * holds: all signs that mean something are escaped, letters of any script are not.
 */
export function spellRequest(request: ColumnRequest): string {
  const json = JSON.stringify(request, (_key, value: unknown) => (typeof value === 'string' ? escapeSigns(value) : value));
  return `${head}${json.replaceAll(`\\\\u`, '\\u')}${tail}`;
}

/** Escapes twice over: what {@link spellRequest} writes holds one backslash. A backslash of the text is itself such a sign. */
function escapeSigns(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}_. ]/gu, (sign) =>
    [...Array(sign.length).keys()].map((at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

function readRequest(text: string): ColumnRequest {
  // Placeholders are written by `spellRequest` alone.
  return JSON.parse(text.slice(head.length, -tail.length)) as ColumnRequest;
}

function isColumnSlot(slot: Slot): boolean {
  return slot.name === 'columns';
}

/** What a text that is filled later is called in messages. */
export function nameSlots(text: string): string {
  return text.startsWith(head) ? 'text made from columns' : text.replaceAll(/[{}]/g, '');
}

export function hasColumnSlots(text: CompiledText): boolean {
  return text.slots.some(isColumnSlot);
}

/** The requests in a text, in order, with the mustaches that they come from. */
export function requestsIn(text: CompiledText): readonly { readonly request: ColumnRequest; readonly span: Span | undefined }[] {
  return text.slots.filter(isColumnSlot).map(({ at, length }) => ({
    request: readRequest(text.sql.slice(at, at + length)),
    span: lookupSpan(text.map, at)?.span,
  }));
}

/** Puts SQL in the place of each request; what has no map of its own maps to the mustache that asked. Other slots stay, and requests for which there is nothing. */
export function fillColumns(
  text: CompiledText,
  spell: (request: ColumnRequest, span: Span | undefined) => string | CompiledText | undefined,
): CompiledText {
  if (!hasColumnSlots(text)) return text;
  const parts: CompiledText[] = [];
  let from = 0;
  for (const slot of text.slots.filter(isColumnSlot)) {
    const end = slot.at + slot.length;
    const made = spell(readRequest(text.sql.slice(slot.at, end)), lookupSpan(text.map, slot.at)?.span);
    const part =
      typeof made === 'string' ? { sql: made, map: generatedMap(text.map, slot.at), slots: [] } : (made ?? sliceText(text, slot.at, end));
    parts.push(sliceText(text, from, slot.at), part);
    from = end;
  }
  parts.push(sliceText(text, from, text.sql.length));
  return { ...joinTexts(parts), asked: text.asked ?? text.sql };
}

/** The same with a column that does not exist: for looking at the shape of a text alone. */
export function fillAnyColumns(text: CompiledText): CompiledText {
  return fillColumns(text, ({ kind }) => (kind === 'star' ? '"a"' : 'select 1 as "a"'));
}
