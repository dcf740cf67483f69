/** The name that an item of a select list gives its column, as far as the text tells. */
import type { Token, Tokens } from '../code-tokens.ts';
import { isSign, nameOf } from '../code-tokens.ts';
import type { SelectItem } from './query.ts';

/** Words that end an expression and are no alias. */
const endings: ReadonlySet<string> = new Set(['end', 'null', 'true', 'false', 'unknown', 'precision', 'varying', 'zone']);
/** Words behind which an operand stands and no alias. */
const before: ReadonlySet<string> = new Set(
  'and or not is in like ilike similar to between then else when distinct from case all any some by collate escape interval date time timestamp div mod'.split(
    ' ',
  ),
);

/** Undefined for a star and for what only the engine can name. Words are in small letters. */
export function itemName(tokens: Tokens, { range, star }: SelectItem): string | undefined {
  if (star !== undefined) return undefined;
  const { list } = tokens;
  const last = list[range.to - 1];
  const name = nameOf(last);
  const previous = list[range.to - 2];
  if (name === undefined || last === undefined) return calledName(tokens, range.from, range.to);
  if (range.to - range.from === 1 || previous === undefined) return name;
  if (previous.kind === 'word' && previous.text === 'as') return name;
  if (isSign(tokens, range.to - 2, '.')) return name;
  if (last.kind === 'word' && endings.has(last.text)) return undefined;
  return endsValue(previous) ? name : undefined;
}

/** Whether a value may end here, so that what follows is its alias. */
function endsValue({ kind, text }: Token): boolean {
  if (kind === 'sign') return text === ')' || text === ']' || text === '}';
  return kind !== 'word' || !before.has(text);
}

/** `count(*)` alone is called `count` by some engines. */
function calledName(tokens: Tokens, from: number, to: number): string | undefined {
  const { list, partners } = tokens;
  const isCall = list[from]?.kind === 'word' && isSign(tokens, from + 1, '(') && partners.get(from + 1) === to - 1;
  return isCall ? list[from]?.text : undefined;
}
