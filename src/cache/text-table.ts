/** Every text of the cache once, by number: names, paths, small pieces of JSON. */
import { bug } from '../diagnostics/bug.ts';
import type { Column } from './column.ts';
import type { ColumnSet } from './column-set.ts';
import { hashText } from './hash-text.ts';

/** The number that stands for no text. */
export const noText = -1;

/**
 * Texts stand one behind the other, those of Latin characters with one byte each, others with two. All Latin ones are
 * decoded at once and cut out when they are asked for, which costs a tenth of decoding each.
 */
export class TextTable {
  readonly #bytes: Column<'u8'>;
  /** Where each text ends. */
  readonly #ends: Column<'i32'>;
  readonly #isWide: Column<'u8'>;
  /** Numbers of texts by their hash, with open addresses; 0 is free, others are one more than the number. */
  readonly #places: Column<'i32'>;
  readonly #known: (string | undefined)[] = [];
  /** Numbers of texts that were interned by this process. */
  readonly #interned = new Map<string, number>();
  readonly #storedCount: number;
  /** How many texts have their place: the others get theirs when somebody searches. */
  #placed: number;
  /** The stored bytes as Latin characters. */
  #latin = '';
  #latinEnd = 0;

  constructor(set: ColumnSet) {
    this.#bytes = set.column('text.bytes', 'u8');
    this.#ends = set.column('text.ends', 'i32');
    this.#isWide = set.column('text.wide', 'u8');
    this.#places = set.column('text.places', 'i32');
    this.#storedCount = this.count;
    this.#placed = this.count;
    set.beforeSaving(() => this.#placeAll());
  }

  get count(): number {
    return this.#ends.count;
  }

  /** The text of that number. */
  get(number: number): string {
    return this.#known[number] ?? this.#read(number);
  }

  #read(number: number): string {
    if (number < 0 || number >= this.count) bug(`there is no text ${number}`);
    const ends = this.#ends.numbers;
    const [start, end] = [number === 0 ? 0 : (ends[number - 1] ?? 0), ends[number] ?? 0];
    const text = this.#isWide.numbers[number] === 1 ? this.#readWide(start, end) : this.#readLatin(start, end);
    this.#known[number] = text;
    return text;
  }

  #readLatin(start: number, end: number): string {
    if (end > this.#latinEnd) {
      this.#latinEnd = this.#bytes.count;
      this.#latin = bufferOf(this.#bytes.bytes()).toString('latin1');
    }
    return this.#latin.substring(start, end);
  }

  #readWide(start: number, end: number): string {
    return bufferOf(this.#bytes.bytes(start, end)).toString('utf16le');
  }

  /** The number of a text that is in the table; {@link noText} for others. */
  find(text: string): number {
    const known = this.#interned.get(text);
    if (known !== undefined) return known;
    // All others stand in the part that was stored, where a place leads to each.
    return this.#storedCount === 0 ? noText : this.#search(text);
  }

  #search(text: string): number {
    const places = this.#places.numbers;
    const mask = this.#places.count - 1;
    for (let at = hashText(text) & mask; ; at = (at + 1) & mask) {
      const place = places[at] ?? 0;
      if (place === 0) return noText;
      if (this.get(place - 1) === text) return place - 1;
    }
  }

  /** The number of a text, which is added if it is not there. */
  intern(text: string): number {
    const found = this.find(text);
    if (found !== noText) return found;
    const number = this.count;
    const isWide = !isLatin(text);
    this.#write(text, isWide);
    this.#ends.push(this.#bytes.count);
    this.#isWide.push(isWide ? 1 : 0);
    this.#known[number] = text;
    this.#interned.set(text, number);
    return number;
  }

  #write(text: string, isWide: boolean): void {
    const start = this.#bytes.extend(isWide ? text.length * 2 : text.length);
    const { numbers } = this.#bytes;
    if (isWide) numbers.set(Buffer.from(text, 'utf16le'), start);
    else for (let at = 0; at < text.length; at += 1) numbers[start + at] = text.charCodeAt(at);
  }

  #place(number: number): void {
    const places = this.#places.numbers;
    const mask = this.#places.count - 1;
    let at = hashText(this.get(number)) & mask;
    while ((places[at] ?? 0) !== 0) at = (at + 1) & mask;
    this.#places.set(at, number + 1);
  }

  /** Gives every text a place, of which there are more than twice as many. */
  #placeAll(): void {
    if (this.count * 2 > this.#places.count) {
      let room = 64;
      while (room < this.count * 3) room *= 2;
      this.#places.replace(new Int32Array(room));
      this.#placed = 0;
    }
    while (this.#placed < this.count) {
      this.#place(this.#placed);
      this.#placed += 1;
    }
  }
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

function isLatin(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}
