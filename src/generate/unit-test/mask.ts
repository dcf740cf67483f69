/** Puts made-up values in the place of personal ones: one for each, wherever it stands, so that joins hold. */
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

export class Masker {
  readonly #numbers = new Map<string, number>();

  /** NULL stays; what has no room for a made-up value becomes NULL. */
  mask(text: string | null, kind: MaskedKind): string | null {
    if (text === null || kind === 'none') return null;
    const number = this.#numberOf(kind === 'number' ? String(Number(text)) : text);
    switch (kind) {
      case 'number':
        return String(number);
      case 'date':
        return new Date(Date.UTC(2000, 0, number)).toISOString().slice(0, 10);
      case 'timestamp':
        return `${new Date(Date.UTC(2000, 0, number)).toISOString().slice(0, 10)} 00:00:00`;
      case 'uuid':
        return `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
      case 'text':
        return text.includes('@') ? `person_${number}@example.com` : `masked_${number}`;
    }
  }

  #numberOf(text: string): number {
    const known = this.#numbers.get(text) ?? this.#numbers.size + 1;
    this.#numbers.set(text, known);
    return known;
  }
}

export function maskedKind(type: string): MaskedKind {
  const plain = type.toLowerCase();
  if (/^(?:character varying|varchar|char|character|bpchar|text|citext)\b/.test(plain) && !plain.endsWith(']')) return 'text';
  if (/^(?:u?(?:tiny|small|big|huge)?int(?:eger)?|u?int\d+|decimal|numeric|real|double|float\d?)\b[^[]*$/.test(plain)) return 'number';
  if (plain === 'date') return 'date';
  if (plain.startsWith('timestamp') && !plain.endsWith(']')) return 'timestamp';
  return plain === 'uuid' ? 'uuid' : 'none';
}
