/** Puts made-up values in the place of personal ones: one for each, wherever it stands, so that joins hold. */
import { tokenize } from '../../parse/code-tokens.ts';
import type { Origin, Tie } from './origins.ts';

/** What a type has room for. */
export type MaskedKind = 'text' | 'number' | 'date' | 'timestamp' | 'uuid' | 'none';

/** Those that hold the same values as personal columns are personal too. */
export function spreadMarks(personal: readonly Origin[], ties: readonly Tie[]): ReadonlySet<string> {
  const marked = new Set(personal.map(originKey));
  let before = -1;
  while (before < marked.size) {
    before = marked.size;
    for (const [one, other] of ties) {
      if (marked.has(originKey(one))) marked.add(originKey(other));
      if (marked.has(originKey(other))) marked.add(originKey(one));
    }
  }
  return marked;
}

export function originKey({ input, column }: Origin): string {
  return `${input}\n${column.toLowerCase()}`;
}

/** What a text names itself is no secret, and what is compared with it has to stay what it is. */
export function literalsOf(sql: string): readonly string[] {
  return (tokenize(sql)?.list ?? []).flatMap(({ kind, text }) =>
    kind === 'number' ? [plainNumber(text)] : kind === 'string' && text.startsWith("'") ? [text.slice(1, -1).replaceAll("''", "'")] : [],
  );
}

/** The type of a column, as far as made-up values depend on it. */
export interface MaskedType {
  readonly kind: MaskedKind;
  /** Letters of a text, or the largest number. */
  readonly room: number;
  /** Digits behind the point of a number that has no room before it. */
  readonly scale: number;
}

export class Masker {
  readonly #numbers = new Map<string, number>();
  readonly #rooms = new Map<string, number>();
  readonly #literals: ReadonlySet<string>;
  #last = 0;

  constructor(literals: ReadonlySet<string> = new Set()) {
    this.#literals = literals;
  }

  /** To be told of each value first: one that stands in several columns must fit all of them. */
  meet(text: string | null, { kind, room }: MaskedType): void {
    if (text !== null && kind === 'text') this.#rooms.set(text, Math.min(room, this.#rooms.get(text) ?? room));
  }

  /** NULL stays, and so does what the query names; what has no room for a made-up value becomes NULL. */
  mask(text: string | null, type: MaskedType): string | null {
    const { kind } = type;
    if (text === null || kind === 'none') return null;
    const plain = kind === 'number' ? plainNumber(text) : text;
    if (this.#literals.has(plain)) return text;
    const number = this.#numberOf(plain);
    switch (kind) {
      case 'number':
        return asNumber(number, type);
      case 'date':
        return dateOf(number);
      case 'timestamp':
        return `${dateOf(number)} 00:00:00`;
      case 'uuid':
        return `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
      case 'text': {
        const room = Math.min(type.room, this.#rooms.get(text) ?? type.room);
        return textForms(number, text.includes('@')).find((form) => form.length <= room) ?? null;
      }
    }
  }

  #numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    do this.#last += 1;
    while ([String(this.#last), dateOf(this.#last), ...textForms(this.#last, true)].some((form) => this.#literals.has(form)));
    this.#numbers.set(text, this.#last);
    return this.#last;
  }
}

/** From the most telling to the shortest. */
function textForms(number: number, isAddress: boolean): readonly string[] {
  return [...(isAddress ? [`person_${number}@example.com`] : []), `masked_${number}`, `m${number}`, number.toString(36)];
}

function dateOf(number: number): string {
  return new Date(Date.UTC(2000, 0, number)).toISOString().slice(0, 10);
}

function asNumber(number: number, { room, scale }: MaskedType): string | null {
  if (scale > 0) return number < 10 ** scale ? `0.${String(number).padStart(scale, '0')}` : null;
  return number <= room ? String(number) : null;
}

/** One spelling for each number; digits that no number of this language holds are kept. */
function plainNumber(text: string): string {
  const parts = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text);
  if (parts === null) return String(Number(text));
  const [, sign = '', whole = '', rest = ''] = parts;
  return `${sign}${whole}${rest === '' ? '' : `.${rest}`}`;
}

export function maskedType(type: string): MaskedType {
  const kind = maskedKind(type);
  const [first, second = 0] = (/\((\d+)(?:,\s*(\d+))?\)/.exec(type) ?? []).slice(1).map((digits) => Number(digits ?? 0));
  if (kind === 'text') return { kind, room: first ?? Number.POSITIVE_INFINITY, scale: 0 };
  if (kind !== 'number') return { kind, room: 0, scale: 0 };
  if (/^u?tinyint|^int1\b/i.test(type)) return { kind, room: 127, scale: 0 };
  if (first === undefined) return { kind, room: Number.POSITIVE_INFINITY, scale: 0 };
  const whole = first - second;
  // Rows of a test are some hundreds at most.
  return whole < 3 && second > 0 ? { kind, room: 0, scale: second } : { kind, room: 10 ** whole - 1, scale: 0 };
}

export function maskedKind(type: string): MaskedKind {
  const plain = type.toLowerCase();
  if (/^(?:character varying|varchar|char|character|bpchar|text|citext)\b/.test(plain) && !plain.endsWith(']')) return 'text';
  if (/^(?:u?(?:tiny|small|big|huge)?int(?:eger)?|u?int\d+|decimal|numeric|real|double|float\d?)\b[^[]*$/.test(plain)) return 'number';
  if (plain === 'date') return 'date';
  if (plain.startsWith('timestamp') && !plain.endsWith(']')) return 'timestamp';
  return plain === 'uuid' ? 'uuid' : 'none';
}
