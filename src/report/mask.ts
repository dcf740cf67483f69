/** Finds secrets in text, in every spelling in which they could slip out, and masks them. */
import { hideSecrets } from '../diagnostics/hide-secrets.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';

/** Knows the secrets of a run. */
export interface Mask {
  /** `text` with every secret replaced. For everything that is written: terminal, logs, artifacts. */
  readonly apply: (text: string) => string;
  /** Where the secrets of `text` stand, in order. */
  readonly find: FindSecrets;
  /** False where it knows none, and finds only what a text shows to be one. */
  readonly hasSecrets: boolean;
}

/** Shorter secrets are masked only where they stand as a word of their own: else `a` would blank out every text. */
const SHORT = 4;
/** What is no part of a word before a short secret: also the end of a line that a text of JSON or of a program spells as `\n`. */
const WORD_STARTS = String.raw`(?:(?<![\p{L}\p{N}_])|(?<=\\[abefnrtv])|(?<=\\u[0-9a-fA-F]{4}))`;
/** Shorter pieces of Base64 would hit ordinary words. */
const SHORTEST_BASE64 = 8;

// The password of `scheme://user:password@host`; it may hold `@` and `:` itself.
const URL_PASSWORD = String.raw`(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@'"]*:)[^\s/?#'"]+(?=@)`;
// Values of parameters such as `?password=…`.
const URL_PARAMETER = String.raw`(?<=[?&;](?:[a-z_]*(?:password|passwd|pwd|token|secret))=)[^&;#\s'"]+`;

/** The name of such a parameter. */
const NAMED = /(?:password|passwd|pwd|token|secret)=/i;

/** A mask for `secrets`. Passwords inside URLs are found without being registered. */
export function createMask(secrets: readonly string[]): Mask {
  const spellings = new Set<string>();
  for (const secret of secrets) for (const spelling of spell(secret)) spellings.add(spelling);
  const alternatives = [...spellings]
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map((spelling) => (spelling.length < SHORT ? alone(escape(spelling)) : escape(spelling)));
  const known = alternatives.length === 0 ? undefined : new RegExp(alternatives.join('|'), 'gu');
  const inUrls = new RegExp(`${URL_PASSWORD}|${URL_PARAMETER}`, 'gi');
  // The search goes back from every place: a look for what each form needs spares it nearly always.
  const mayHold = (text: string): boolean => text.includes('://') && (text.includes('@') || NAMED.test(text));
  const find: FindSecrets = (text) => {
    const ranges: { start: number; end: number }[] = [];
    const collect = (pattern: RegExp): void => {
      for (const match of text.matchAll(pattern)) ranges.push({ start: match.index, end: match.index + match[0].length });
    };
    if (known !== undefined) collect(known);
    if (mayHold(text)) collect(inUrls);
    return ranges.length < 2 ? ranges : join(ranges);
  };
  return { apply: (text) => hideSecrets(text, find), find, hasSecrets: known !== undefined };
}

/** The look back stands behind the word: who first looks for letters is many times quicker than who looks back from every place. */
function alone(word: string): string {
  return `${word}(?![\\p{L}\\p{N}_])(?<=${WORD_STARTS}${word})`;
}

function join(ranges: { start: number; end: number }[]): { start: number; end: number }[] {
  const joined: { start: number; end: number }[] = [];
  for (const range of ranges.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1);
    if (last === undefined || range.start >= last.end) joined.push(range);
    else last.end = Math.max(last.end, range.end);
  }
  return joined;
}

/** The ways in which `secret` can stand in a text: as it is, line by line, and as URL, JSON, SQL, CSV and Base64 write it. */
function spell(secret: string): readonly string[] {
  if (secret === '') return [];
  const lines = secret.split(/\r\n|\n|\r/).filter((line) => line.trim().length >= SHORT);
  const whole = lines.length > 1 ? [secret, ...lines] : [secret];
  return whole.flatMap((text) => {
    const url = encodeURIComponent(text);
    const strict = url.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    const inJson = JSON.stringify(text).slice(1, -1);
    const form = new URLSearchParams([[text, '']]).toString().slice(0, -1);
    return [
      text,
      ...[url, strict, form, encodeURI(text)].flatMap((escaped) => [
        escaped,
        escaped.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      ]),
      inJson,
      JSON.stringify(inJson).slice(1, -1),
      text.replaceAll("'", "''"),
      // Names in SQL, and fields of CSV.
      text.replaceAll('"', '""'),
      ...base64(text),
    ];
  });
}

/**
 * Base64 of `text` at each of the three places that it can have inside longer data (`user:password`),
 * without the characters at the edges, which depend on its neighbours.
 */
function base64(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const pieces: string[] = [];
  if (bytes.length >= SHORT) pieces.push(bytes.toString('base64'));
  for (let before = 0; before < 3; before += 1) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((before * 4) / 3);
    const last = (before + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    const core = encoded.slice(first, last);
    if (core.length >= SHORTEST_BASE64) pieces.push(core);
  }
  return pieces.flatMap((piece) => [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, (char) => `\\${char}`);
}
