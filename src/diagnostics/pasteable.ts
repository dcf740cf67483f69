/** Writes names so that a command that holds them can be pasted into a shell. */
import { plain } from './plain.ts';

/** Names of such letters mean themselves in a selector. */
const ORDINARY = /^[\w.-]*$/;

/** Words that a shell takes as they are. */
const WORD = /^[\w.,:@%+=/-]+$/;

/** The name as a selector spells it: a class of one for each character that would be read as something else. */
export function selectorName(name: string): string {
  if (ORDINARY.test(name)) return name;
  return [...name].map((character) => (isSeen(character) ? character.replace(/[\s,()+@:*?[\]\\]/u, '[$&]') : '?')).join('');
}

/** Whether a terminal shows the character instead of obeying it. No relation can have a name with others. */
function isSeen(character: string): boolean {
  return plain(character) === character && character !== '\n' && character !== '\t';
}

/** The text as one word of a shell. */
export function shellWord(text: string): string {
  return WORD.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
