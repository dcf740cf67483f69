/** Templates inside other files: hooks and conditions in YAML or in a `config` call. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { parseTemplate } from '../parse/parse-template.ts';
import type { CompiledText } from './compiled.ts';
import { renderTemplate } from './render.ts';
import type { TextPlaces } from './align-text.ts';
import { alignText, endOfRun, placeAt } from './align-text.ts';
import type { Session } from './session.ts';
import { segmentKind, segmentSize } from './span-map.ts';

/** A template as it was read, and where it stands. `fileText` is the text of that file, when there is one. */
export interface EmbeddedTemplate {
  readonly text: string;
  readonly span: Span;
  readonly fileText: string | undefined;
}

/**
 * Renders the template; problems join the session's, at their place in the file. Where an indented block or quotes
 * make the text differ from what the file holds, each character is found there by `alignText`; where it cannot be
 * found, the place is the whole value.
 */
export function renderEmbedded(template: EmbeddedTemplate, session: Session): CompiledText {
  const span = withoutSpaceBehind(template.span, template.fileText);
  const places = template.fileText === undefined ? undefined : alignText(template.text, template.fileText, span);
  // A path that no file has tells the template's own places from those in macro files.
  const file = { path: `${span.path}\0embedded`, text: template.text };
  const move = (place: Span): Span => {
    if (place.path !== file.path) return place;
    return places === undefined ? span : { path: span.path, ...moveRange(places, place.start, place.end) };
  };
  const parsed = parseTemplate(file);
  const before = session.diagnostics.length;
  session.diagnostics.push(...parsed.diagnostics.map((entry) => (session.node === undefined ? entry : { ...entry, node: session.node })));
  const text = renderTemplate(parsed.value, session);
  const found = session.diagnostics.splice(before);
  session.diagnostics.push(...found.map((entry) => moveDiagnostic(entry, move)));
  for (const [id, place] of session.dependencies) session.dependencies.set(id, move(place));
  return moveText(text, file.path, span, places);
}

/** A block of YAML ends where the next line begins. */
function withoutSpaceBehind(span: Span, text: string | undefined): Span {
  if (text === undefined) return span;
  const end = span.start + text.slice(span.start, span.end).trimEnd().length;
  return { ...span, end };
}

function moveDiagnostic(entry: Diagnostic, move: (span: Span) => Span): Diagnostic {
  const notes = entry.notes.map((note) => (note.span === undefined ? note : { ...note, span: move(note.span) }));
  return entry.span === undefined ? { ...entry, notes } : { ...entry, notes, span: move(entry.span) };
}

/** Where the characters `[start, end)` of the template stand in its file. */
function moveRange(places: TextPlaces, start: number, end: number): { readonly start: number; readonly end: number } {
  const from = placeAt(places, start);
  return { start: from, end: end > start ? placeAt(places, end - 1) + 1 : from };
}

function moveText(text: CompiledText, path: string, span: Span, places: TextPlaces | undefined): CompiledText {
  const files = text.map.files.map((file) => (file === path ? span.path : file));
  const own = text.map.files.indexOf(path);
  const segments: number[] = [];
  for (let at = 0; at < text.map.segments.length; at += segmentSize) {
    const [start = 0, file = 0, from = 0, to = 0, kind = 0] = text.map.segments.slice(at, at + segmentSize);
    if (file !== own) segments.push(start, file, from, to, kind);
    else if (places === undefined) segments.push(start, file, span.start, span.end, segmentKind.generated);
    else if (kind === segmentKind.verbatim) {
      // A segment is copied letter by letter, so it ends where the file has something between two letters.
      for (let begin = from; begin < to || begin === from;) {
        const end = Math.min(to, endOfRun(places, begin));
        const moved = moveRange(places, begin, end);
        segments.push(start + begin - from, file, moved.start, moved.end, kind);
        begin = Math.max(end, begin + 1);
      }
    } else {
      const moved = moveRange(places, from, to);
      segments.push(start, file, moved.start, moved.end, kind);
    }
  }
  return { sql: text.sql, map: { files, segments }, slots: text.slots };
}
