/** Collects rendered text and records, while it is written, where each part of it came from. */
import type { Span } from '../diagnostics/span.ts';
import { columnPlaceholder } from './column-slots.ts';
import type { CompiledText, Slot } from './compiled.ts';
import { slotNames, slotPlaceholder } from './slots.ts';
import { segmentKind, segmentSize } from './span-map.ts';

const SLOT = new RegExp(`\\{\\{(?:${slotNames.map((name) => name.replace('.', '\\.')).join('|')})\\}\\}|${columnPlaceholder}`, 'g');

/** A value printed as text, some of which may be slots. */
export interface Printed {
  readonly text: string;
  readonly hasSlots: boolean;
}

/**
 * One text in the making. With `origin` set, everything that is written counts as made by that one place:
 * a macro's body belongs to the mustache that called it, and a mark says where in the body it stands.
 */
export class OutputWriter {
  text = '';
  origin: Span | undefined;
  readonly #files: string[] = [];
  readonly #segments: number[] = [];
  readonly #slots: Slot[] = [];

  /** Text copied from a template. */
  verbatim(text: string, span: Span): void {
    if (text === '') return;
    if (this.origin === undefined) this.#append(text, span, segmentKind.verbatim);
    else {
      this.#mark(span, segmentKind.inMacro);
      this.#append(text, this.origin, segmentKind.generated);
    }
  }

  /** Text made by the mustache at `span`. */
  generated(printed: Printed, span: Span): void {
    const at = this.text.length;
    if (this.origin !== undefined && printed.text !== '') this.#mark(span, segmentKind.madeInMacro);
    this.#append(printed.text, this.origin ?? span, segmentKind.generated);
    if (printed.hasSlots) {
      for (const match of printed.text.matchAll(SLOT)) {
        const name = slotNames.find((candidate) => slotPlaceholder(candidate) === match[0]) ?? 'columns';
        this.#slots.push({ name, at: at + match.index, length: match[0].length });
      }
    }
  }

  /** A part of another text, places and slots included. */
  copy(part: CompiledText): void {
    const at = this.text.length;
    for (let index = 0; index < part.map.segments.length; index += segmentSize) {
      const [start = 0, file = 0, from = 0, to = 0, kind = 0] = part.map.segments.slice(index, index + segmentSize);
      this.#segments.push(start + at, this.#fileIndex(part.map.files[file] ?? ''), from, to, kind);
    }
    for (const slot of part.slots) this.#slots.push({ ...slot, at: slot.at + at });
    this.text += part.sql;
  }

  get hasSlots(): boolean {
    return this.#slots.length > 0;
  }

  finish(): CompiledText {
    return { sql: this.text, map: { files: this.#files, segments: this.#segments }, slots: this.#slots };
  }

  #append(text: string, span: Span, kind: number): void {
    if (text === '') return;
    this.#segments.push(this.text.length, this.#fileIndex(span.path), span.start, span.end, kind);
    this.text += text;
  }

  /** Tells where in a macro the text stands that is written next. */
  #mark(span: Span, kind: number): void {
    this.#segments.push(this.text.length, this.#fileIndex(span.path), span.start, span.end, kind);
  }

  #fileIndex(path: string): number {
    if (this.#files[0] === path) return 0;
    const known = this.#files.indexOf(path);
    return known >= 0 ? known : this.#files.push(path) - 1;
  }
}
