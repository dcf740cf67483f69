/** Splits CSV bytes into records, strictly: each record as places in the bytes, so that no cell is copied before it is wanted. */
import { isAscii } from 'node:buffer';
import type { TextPiece } from './check-encoding.ts';

/** What stands between the quotes of a field, or that there are none. */
export const fieldForm = { plain: 0, quoted: 1, doubled: 2 } as const;

export type RecordFault = 'unclosed-quote' | 'text-after-quote' | 'stray-quote' | 'nul';

const NUL = 0;
const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Instead of a place: the bytes end too early to tell, or the record is faulty. */
const unknown = -1;
const failed = -2;

type Step = 'record' | 'fault' | 'end';

/**
 * Reads record after record. After `record`, fields 0 to `count` stand in `bytes` from `starts` to `ends`, in the form of
 * `forms`. After `fault`, `fault`, `line` and `start` tell what is wrong and where; the next record is that of the next line.
 * Structure is ASCII, and no byte of a longer character looks like it, so the bytes need no decoding to be split.
 */
export class RecordReader {
  /** A window on the file that moves on; its first `length` bytes count. */
  bytes: Buffer = Buffer.alloc(0);
  length = 0;
  count = 0;
  /** Line on which the record starts, or the fault is; the first is 1. */
  line = 1;
  /** Where in `bytes` the record, or the fault, starts. */
  start = 0;
  fault: RecordFault = 'nul';
  starts: Int32Array = new Int32Array(16);
  ends: Int32Array = new Int32Array(16);
  forms: Uint8Array = new Uint8Array(16);

  readonly #source: Iterator<TextPiece>;
  readonly #delimiter: Buffer;
  readonly #delimiterStart: number;
  /** UTF-16 code units of the file before `bytes`. */
  #base = 0;
  /** Each byte of the window is a character. */
  #ascii = true;
  /** The window as text, where that has been asked for. */
  #text: string | undefined;
  #at = 0;
  #nextLine = 1;
  /** No bytes come after the window. */
  #whole = false;
  /** Of the record that is being scanned: line ends inside quotes so far, and the form of the last quoted field. */
  #lines = 0;
  #form: number = fieldForm.quoted;
  /** What is left of a faulty line is passed over. */
  #skipping = false;

  constructor(source: Iterator<TextPiece>, delimiter: string) {
    this.#source = source;
    this.#delimiter = Buffer.from(delimiter);
    this.#delimiterStart = this.#delimiter[0] ?? NUL;
  }

  /** Reads the next record. */
  next(): Step {
    for (;;) {
      if (this.#skipping && !this.#skipLine()) {
        if (this.#whole) return 'end';
        this.#refill();
        continue;
      }
      if (this.#at >= this.length && this.#whole) return 'end';
      const step = this.#scan();
      if (step !== undefined) return step;
      this.#refill();
    }
  }

  /** One cell of the current record as text. */
  cell(field: number): string {
    const raw = this.#slice(this.starts[field] ?? 0, this.ends[field] ?? 0);
    return this.forms[field] === fieldForm.doubled ? raw.replaceAll('""', '"') : raw;
  }

  /** Whether the current record is a line with nothing on it. */
  isBlank(): boolean {
    return this.count === 1 && this.starts[0] === this.ends[0] && this.forms[0] === fieldForm.plain;
  }

  /** UTF-16 code units of the file before a place in `bytes`. */
  offsetOf(at: number): number {
    return this.#base + (this.#ascii ? at : codeUnits(this.bytes, at));
  }

  #slice(start: number, end: number): string {
    if (!this.#ascii) return this.bytes.toString('utf8', start, end);
    this.#text ??= this.bytes.toString('latin1', 0, this.length);
    return this.#text.slice(start, end);
  }

  /** Keeps what is not read yet and adds at least as much again, so that a long record is scanned a few times only. */
  #refill(): void {
    const rest = this.length - this.#at;
    this.#base = this.offsetOf(this.#at);
    this.bytes.copyWithin(0, this.#at, this.length);
    this.#ascii ||= isAscii(this.bytes.subarray(0, rest));
    this.#text = undefined;
    this.#at = 0;
    this.length = rest;
    do {
      const piece = this.#source.next();
      if (piece.done === true) {
        this.#whole = true;
        break;
      }
      this.#append(piece.value);
    } while (this.length < 2 * rest);
  }

  #append({ bytes, ascii }: TextPiece): void {
    const length = this.length + bytes.length;
    if (length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    this.bytes.set(bytes, this.length);
    this.length = length;
    this.#ascii &&= ascii;
  }

  #skipLine(): boolean {
    const { bytes, length } = this;
    let at = this.#at;
    while (at < length && bytes[at] !== LF && bytes[at] !== CR) at += 1;
    this.#at = at;
    const next = at >= length ? unknown : this.#afterLineEnd(at);
    if (next === unknown) return false;
    this.#at = next;
    this.#nextLine += 1;
    this.#skipping = false;
    return true;
  }

  #fail(fault: RecordFault, at: number): void {
    this.fault = fault;
    this.line = this.#nextLine + this.#lines;
    this.start = at;
    this.#nextLine = this.line;
    this.#at = at;
    this.#skipping = true;
  }

  #grow(): void {
    const starts = new Int32Array(this.starts.length * 2);
    const ends = new Int32Array(this.ends.length * 2);
    const forms = new Uint8Array(this.forms.length * 2);
    starts.set(this.starts);
    ends.set(this.ends);
    forms.set(this.forms);
    this.starts = starts;
    this.ends = ends;
    this.forms = forms;
  }

  /** Whether the delimiter, whose first byte stands at `at`, stands there as a whole. */
  #isDelimiter(at: number): boolean {
    const delimiter = this.#delimiter;
    return delimiter.length === 1 || delimiter.compare(this.bytes, at, at + delimiter.length) === 0;
  }

  /**
   * The end of the unquoted field that starts at `start`: a delimiter, a line end or the end of the bytes; or `failed`,
   * after noting why. Looks at every byte of most files, so one comparison must settle nearly all of them.
   */
  #plainEnd(start: number): number {
    const { bytes, length } = this;
    const delimiter = this.#delimiterStart;
    for (let at = start; at < length; at += 1) {
      const code = bytes[at] ?? NUL;
      if (code > QUOTE && code !== delimiter) continue;
      if (code === LF || code === CR || (code === delimiter && this.#isDelimiter(at))) return at;
      if (code === QUOTE || code === NUL) {
        this.#fail(code === NUL ? 'nul' : 'stray-quote', at);
        return failed;
      }
    }
    return length;
  }

  /** The place of the quote that closes the field starting at `start`; `unknown` if it may still come, `failed` after noting why not. */
  #quotedEnd(start: number): number {
    const { bytes, length } = this;
    this.#form = fieldForm.quoted;
    for (let at = start; at < length; at += 1) {
      const code = bytes[at] ?? NUL;
      if (code > QUOTE) continue;
      if (code === QUOTE) {
        if (at + 1 >= length) return this.#whole ? at : unknown;
        if (bytes[at + 1] !== QUOTE) return at;
        this.#form = fieldForm.doubled;
        at += 1;
      } else if (code === LF || (code === CR && (at + 1 >= length || bytes[at + 1] !== LF))) {
        this.#lines += 1;
      } else if (code === NUL) {
        this.#fail('nul', at);
        return failed;
      }
    }
    if (!this.#whole) return unknown;
    this.#lines = linesIn(bytes, this.#at, start);
    this.#fail('unclosed-quote', start - 1);
    this.#at = length;
    return failed;
  }

  /** Where the bytes go on after a line end at `at`; `unknown` if its second half may still come. */
  #afterLineEnd(at: number): number {
    if (this.bytes[at] !== CR) return at + 1;
    if (at + 1 >= this.length) return this.#whole ? at + 1 : unknown;
    return this.bytes[at + 1] === LF ? at + 2 : at + 1;
  }

  /** One record from `#at`, or undefined when the bytes end too early to tell. */
  #scan(): Step | undefined {
    const { bytes, length } = this;
    let { starts, ends, forms } = this;
    let at = this.#at;
    let field = 0;
    this.#lines = 0;
    for (;;) {
      const isQuoted = at < length && bytes[at] === QUOTE;
      const start = isQuoted ? at + 1 : at;
      const end = isQuoted ? this.#quotedEnd(start) : this.#plainEnd(start);
      if (end < 0) return end === failed ? 'fault' : undefined;
      at = isQuoted ? end + 1 : end;
      if (at >= length && !this.#whole) return undefined;
      if (field >= starts.length) {
        this.#grow();
        ({ starts, ends, forms } = this);
      }
      starts[field] = start;
      ends[field] = end;
      forms[field] = isQuoted ? this.#form : fieldForm.plain;
      field += 1;
      const code = at < length ? bytes[at] : LF;
      if (code === LF || code === CR) break;
      if (code !== this.#delimiterStart || !this.#isDelimiter(at)) {
        this.#fail('text-after-quote', at);
        return 'fault';
      }
      at += this.#delimiter.length;
    }
    const next = this.#afterLineEnd(at);
    if (next === unknown) return undefined;
    this.count = field;
    this.line = this.#nextLine;
    this.start = this.#at;
    this.#nextLine += this.#lines + 1;
    this.#at = next;
    return 'record';
  }
}

/** UTF-16 code units of the first `end` bytes: one for each byte that begins a character, two for one of four bytes. */
function codeUnits(bytes: Uint8Array, end: number): number {
  let units = 0;
  for (let at = 0; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Line ends in `bytes` between two places. */
export function linesIn(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at += 1) {
    const code = bytes[at];
    if (code === LF || (code === CR && bytes[at + 1] !== LF)) lines += 1;
  }
  return lines;
}
