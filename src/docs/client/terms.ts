/** A selector as a list of names with steps up and down: what the buttons of the explorer change. */
import { classEnd } from '../../graph/wildcard.ts';

type Depth = number | 'all';

interface Term {
  readonly name: string;
  readonly up: Depth;
  readonly down: Depth;
}

const pattern = /^(?:(\d*)(\+))?((?:\[.[^\]]*\]|[^+@,()\s])+?)(?:(\+)(\d*))?$/s;

function read(word: string): Term | undefined {
  const [, up, before, name, after, down] = pattern.exec(word) ?? [];
  if (name === undefined) return undefined;
  const depth = (plus: string | undefined, digits: string | undefined): Depth => (plus === undefined ? 0 : digits === undefined || digits === '' ? 'all' : Number(digits));
  return { name, up: depth(before, up), down: depth(after, down) };
}

function write({ name, up, down }: Term): string {
  const [before, after] = [up, down].map((depth) => (depth === 0 ? undefined : depth === 'all' ? '' : String(depth)));
  return `${before === undefined ? '' : `${before}+`}${name}${after === undefined ? '' : `+${after}`}`;
}

export type Side = 'up' | 'down';

/** How far a selector goes from `name` to one side, by a term of its own. */
export function depthOf(selector: string, name: string, side: Side): Depth {
  const found = words(selector).map(read).find((term) => term?.name === name);
  return found?.[side] ?? 0;
}

/** The selector with that depth changed; a name that is not in it comes in. */
export function withDepth(selector: string, name: string, side: Side, depth: Depth): string {
  let isThere = false;
  const changed = words(selector).map((word) => {
    const term = read(word);
    if (term?.name !== name || isThere) return word;
    isThere = true;
    return write({ ...term, [side]: depth });
  });
  if (!isThere) changed.push(write({ name, up: 0, down: 0, [side]: depth }));
  return changed.join(' ');
}

/** The selector with `name` in it by a term of its own, or without. */
export function withPin(selector: string, name: string, isPinned: boolean): string {
  const others = words(selector).filter((word) => read(word)?.name !== name);
  return (isPinned ? [...others, name] : others).join(' ');
}

export function isPinned(selector: string, name: string): boolean {
  return words(selector).some((word) => read(word)?.name === name);
}

/** Split at spaces outside of parentheses and of classes such as `[ ]`. */
function words(selector: string): readonly string[] {
  const found: string[] = [];
  let [start, depth] = [0, 0];
  const close = (end: number): void => {
    if (end > start) found.push(selector.slice(start, end));
    start = end + 1;
  };
  for (let at = 0; at < selector.length; at += 1) {
    const letter = selector[at] ?? '';
    if (letter === '[') at = Math.max(at, classEnd(selector, at + 1));
    else if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (depth === 0 && /\s/.test(letter)) close(at);
  }
  close(selector.length);
  return found;
}
