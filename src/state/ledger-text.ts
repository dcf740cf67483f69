/**
 * What is loaded, as text: a list of pairs that everybody can read, or for very many ranges the distances between them, which are
 * few digits each and mostly the same.
 */
import { joinRanges } from '../intervals/range-set.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';

/** A ledger without many holes stays readable. */
const mostPairs = 200;

const radix = 36;

export function writeRanges(ranges: RangeSet): string {
  return ranges.length <= mostPairs ? JSON.stringify(ranges.map(({ start, end }) => [start, end])) : writeDistances(ranges);
}

/** `~60000 fv9k 1.2 1.3*7`: the unit in milliseconds, the first start in units, then from each end to the next start and end. */
function writeDistances(ranges: RangeSet): string {
  const unit = ranges.reduce((size, { start, end }) => commonDivisor(commonDivisor(size, Math.abs(start)), end - start), 0);
  const [{ start: first } = { start: 0 }] = ranges;
  const parts: string[] = [];
  let before = first;
  let last = '';
  let times = 0;
  const put = (): void => {
    if (times > 0) parts.push(times === 1 ? last : `${last}*${times.toString(radix)}`);
  };
  for (const { start, end } of ranges) {
    const part = `${((start - before) / unit).toString(radix)}.${((end - start) / unit).toString(radix)}`;
    before = end;
    if (part === last) {
      times += 1;
      continue;
    }
    put();
    last = part;
    times = 1;
  }
  put();
  return `~${unit} ${(first / unit).toString(radix)} ${parts.join(' ')}`;
}

function commonDivisor(a: number, b: number): number {
  let [large, small] = [a, b];
  while (small > 0) [large, small] = [small, large % small];
  return large;
}

export function readRanges(text: string): RangeSet {
  return text.startsWith('~') ? readDistances(text) : joinRanges(readPairs(JSON.parse(text)));
}

function* readPairs(ranges: unknown): Generator<Range> {
  if (!Array.isArray(ranges)) return;
  for (const range of ranges as readonly unknown[]) {
    if (!Array.isArray(range)) continue;
    const [start, end]: readonly unknown[] = range;
    if (typeof start === 'number' && typeof end === 'number') yield { start, end };
  }
}

const space = 32;
const star = 42;
const dot = 46;

/** Letter by letter: to cut such a text into pieces first would take longer than all the rest. */
function readDistances(text: string): RangeSet {
  const [head = '', first = ''] = text.slice(1, 64).split(' ');
  const unit = Number(head);
  const ranges: Range[] = [];
  let at = Number.parseInt(first, radix) * unit;
  let gap = 0;
  let length = 0;
  let value = 0;
  let isTimes = false;
  const put = (times: number): void => {
    for (let left = times; left > 0; left -= 1) {
      const start = at + gap * unit;
      at = start + length * unit;
      ranges.push({ start, end: at });
    }
  };
  for (let position = head.length + first.length + 3; position <= text.length; position += 1) {
    const letter = position === text.length ? space : text.charCodeAt(position);
    if (letter === dot) {
      gap = value;
      value = 0;
    } else if (letter === star) {
      length = value;
      value = 0;
      isTimes = true;
    } else if (letter === space) {
      if (isTimes) put(value);
      else {
        length = value;
        put(1);
      }
      value = 0;
      isTimes = false;
    } else value = value * radix + (letter < 58 ? letter - 48 : letter - 87);
  }
  return ranges;
}
