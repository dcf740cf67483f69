/** Splits CSV text into records, strictly: each record as places in the text, so that no cell is copied before it is wanted. */

/** What stands between the quotes of a field, or that there are none. */
export const fieldForm = { plain: 0, quoted: 1, doubled: 2 } as const;

export type RecordFault = 'unclosed-quote' | 'text-after-quote' | 'stray-quote' | 'nul';

const NUL = 0;
const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Instead of a place: the text ends too early to tell, or the record is faulty. */
const unknown = -1;
const failed = -2;

type Step = 'record' | 'fault' | 'end';

/**
 * Reads record after record. After `record`, fields 0 to `count` stand in `text` from `starts` to `ends`, in the form of
 * `forms`. After `fault`, `fault`, `line` and `offset` tell what is wrong and where; the next record is that of the next line.
 */
export class RecordReader {
  text = '';
  count = 0;
  /** Line on which the record starts, or the fault is; the first is 1. */
  line = 1;
  /** Where the record, or the fault, starts: code units from the start of the file. */
  offset = 0;
  fault: RecordFault = 'nul';
  starts: Int32Array = new Int32Array(16);
  ends: Int32Array = new Int32Array(16);
  forms: Uint8Array = new Uint8Array(16);
  /** Code units of the file before `text`. */
  base = 0;

  readonly #source: Iterator<string>;
  readonly #delimiter: number;
  #at = 0;
  #nextLine = 1;
  /** No text comes after `text`. */
  #whole = false;
  /** Of the record that is being scanned: line ends inside quotes so far, and the form of the last quoted field. */
  #lines = 0;
  #form: number = fieldForm.quoted;
  /** What is left of a faulty line is passed over. */
  #skipping = false;

  constructor(source: Iterator<string>, delimiter: string) {
    this.#source = source;
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Reads the next record. */
  next(): Step {
    for (;;) {
      if (this.#skipping && !this.#skipLine()) {
        if (this.#whole) return 'end';
        this.#refill();
        continue;
      }
      if (this.#at >= this.text.length && this.#whole) return 'end';
      const step = this.#scan();
      if (step !== undefined) return step;
      this.#refill();
    }
  }

  /** One cell of the current record as text. */
  cell(field: number): string {
    const raw = this.text.slice(this.starts[field], this.ends[field]);
    return this.forms[field] === fieldForm.doubled ? raw.replaceAll('""', '"') : raw;
  }

  /** Whether the current record is a line with nothing on it. */
  isBlank(): boolean {
    return this.count === 1 && this.starts[0] === this.ends[0] && this.forms[0] === fieldForm.plain;
  }

  /** Keeps what is not read yet and adds at least as much again, so that a long record is scanned a few times only. */
  #refill(): void {
    const rest = this.text.slice(this.#at);
    this.base += this.#at;
    this.#at = 0;
    let added = '';
    do {
      const piece = this.#source.next();
      if (piece.done === true) {
        this.#whole = true;
        break;
      }
      added += piece.value;
    } while (added.length < rest.length);
    this.text = rest + added;
  }

  #skipLine(): boolean {
    const { text } = this;
    let at = this.#at;
    while (at < text.length && text.charCodeAt(at) !== LF && text.charCodeAt(at) !== CR) at += 1;
    this.#at = at;
    const next = at >= text.length ? unknown : this.#afterLineEnd(at);
    if (next === unknown) return false;
    this.#at = next;
    this.#nextLine += 1;
    this.#skipping = false;
    return true;
  }

  #fail(fault: RecordFault, at: number): void {
    this.fault = fault;
    this.line = this.#nextLine + this.#lines;
    this.offset = this.base + at;
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

  /**
   * The end of the unquoted field that starts at `start`: a delimiter, a line end or the end of the text; or `failed`,
   * after noting why. Looks at every character of most files, so one comparison must settle nearly all of them.
   */
  #plainEnd(start: number): number {
    const { text } = this;
    const { length } = text;
    const delimiter = this.#delimiter;
    for (let at = start; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > QUOTE && code !== delimiter) continue;
      if (code === delimiter || code === LF || code === CR) return at;
      if (code === QUOTE || code === NUL) {
        this.#fail(code === NUL ? 'nul' : 'stray-quote', at);
        return failed;
      }
    }
    return length;
  }

  /** The place of the quote that closes the field starting at `start`; `unknown` if it may still come, `failed` after noting why not. */
  #quotedEnd(start: number): number {
    const { text } = this;
    const { length } = text;
    this.#form = fieldForm.quoted;
    for (let at = start; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > QUOTE) continue;
      if (code === QUOTE) {
        if (at + 1 >= length && !this.#whole) return unknown;
        if (text.charCodeAt(at + 1) !== QUOTE) return at;
        this.#form = fieldForm.doubled;
        at += 1;
      } else if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) {
        this.#lines += 1;
      } else if (code === NUL) {
        this.#fail('nul', at);
        return failed;
      }
    }
    if (!this.#whole) return unknown;
    this.#lines = linesIn(text, this.#at, start);
    this.#fail('unclosed-quote', start - 1);
    this.#at = length;
    return failed;
  }

  /** Where the text goes on after a line end at `at`; `unknown` if its second half may still come. */
  #afterLineEnd(at: number): number {
    if (this.text.charCodeAt(at) !== CR) return at + 1;
    if (at + 1 >= this.text.length && !this.#whole) return unknown;
    return this.text.charCodeAt(at + 1) === LF ? at + 2 : at + 1;
  }

  /** One record from `#at`, or undefined when the text ends too early to tell. */
  #scan(): Step | undefined {
    const { text } = this;
    const { length } = text;
    let at = this.#at;
    let field = 0;
    this.#lines = 0;
    for (;;) {
      const isQuoted = at < length && text.charCodeAt(at) === QUOTE;
      const start = isQuoted ? at + 1 : at;
      const end = isQuoted ? this.#quotedEnd(start) : this.#plainEnd(start);
      if (end < 0) return end === failed ? 'fault' : undefined;
      at = isQuoted ? end + 1 : end;
      if (at >= length && !this.#whole) return undefined;
      if (field >= this.starts.length) this.#grow();
      this.starts[field] = start;
      this.ends[field] = end;
      this.forms[field] = isQuoted ? this.#form : fieldForm.plain;
      field += 1;
      const code = at < length ? text.charCodeAt(at) : LF;
      if (code === LF || code === CR) break;
      if (code !== this.#delimiter) {
        this.#fail('text-after-quote', at);
        return 'fault';
      }
      at += 1;
    }
    const next = this.#afterLineEnd(at);
    if (next === unknown) return undefined;
    this.count = field;
    this.line = this.#nextLine;
    this.offset = this.base + this.#at;
    this.#nextLine += this.#lines + 1;
    this.#at = next;
    return 'record';
  }
}

/** Line ends in `text` between two places. */
export function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) lines += 1;
  }
  return lines;
}
