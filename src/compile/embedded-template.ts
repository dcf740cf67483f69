/** Templates inside other files: hooks and conditions in YAML or in a `config` call. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { parseTemplate } from '../parse/parse-template.ts';
import type { CompiledText } from './compiled.ts';
import { renderTemplate } from './render.ts';
import type { Session } from './session.ts';
import { segmentKind, segmentSize } from './span-map.ts';

/** A template as it was read, and where it stands. `fileText` is the text of that file, when there is one. */
export interface EmbeddedTemplate {
  readonly text: string;
  readonly span: Span;
  readonly fileText: string | undefined;
}

/**
 * Renders the template; problems join the session's, at their place in the file. Where quotes or indentation
 * make the text differ from what the file holds, that place is the whole value.
 */
export function renderEmbedded(template: EmbeddedTemplate, session: Session): CompiledText {
  const span = withoutSpaceBehind(template.span, template.fileText);
  const within = template.fileText?.slice(span.start, span.end).indexOf(template.text) ?? -1;
  const offset = within < 0 ? undefined : span.start + within;
  // A path that no file has tells the template's own places from those in macro files.
  const file = { path: `${span.path}\0embedded`, text: template.text };
  const move = (place: Span): Span => {
    if (place.path !== file.path) return place;
    return offset === undefined ? span : { path: span.path, start: place.start + offset, end: place.end + offset };
  };
  const parsed = parseTemplate(file);
  const before = session.diagnostics.length;
  session.diagnostics.push(...parsed.diagnostics.map((entry) => (session.node === undefined ? entry : { ...entry, node: session.node })));
  const text = renderTemplate(parsed.value, session);
  const found = session.diagnostics.splice(before);
  session.diagnostics.push(...found.map((entry) => moveDiagnostic(entry, move)));
  for (const [id, place] of session.dependencies) session.dependencies.set(id, move(place));
  return moveText(text, file.path, span, offset);
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

function moveText(text: CompiledText, path: string, span: Span, offset: number | undefined): CompiledText {
  const files = text.map.files.map((file) => (file === path ? span.path : file));
  const own = text.map.files.indexOf(path);
  const segments = [...text.map.segments];
  for (let at = 0; at < segments.length; at += segmentSize) {
    if (segments[at + 1] !== own) continue;
    if (offset === undefined) {
      segments[at + 2] = span.start;
      segments[at + 3] = span.end;
      segments[at + 4] = segmentKind.generated;
    } else {
      segments[at + 2] = (segments[at + 2] ?? 0) + offset;
      segments[at + 3] = (segments[at + 3] ?? 0) + offset;
    }
  }
  return { sql: text.sql, map: { files, segments }, slots: text.slots };
}
