/** Tells the keywords of SQL from names. Words that can also be names count only where they cannot be one. */
import type { Piece } from './piece.ts';
import { isCode } from './piece.ts';

/** What a piece is to the layout. */
export type Role =
  | 'value'
  /** A keyword inside an expression or clause. */
  | 'keyword'
  | 'select'
  | 'clause'
  | 'set-operation'
  | 'join'
  | 'case'
  | 'when'
  | 'then'
  | 'else'
  | 'end'
  | 'logic'
  /** Belongs to the keyword before it: the `by` of `group by`. */
  | 'rest'
  /** Stays on the line of the keyword before it: what `select distinct on` has in brackets. */
  | 'held';

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** No engine takes these for a bare name of a column. */
const reserved = words(
  'select from where group having order limit offset union intersect except with on using as and or not in is null true false ' +
    'case when then else end distinct all asc desc like ilike similar left right full inner outer cross natural join lateral ' +
    'between window fetch collate any some',
);

/** Keywords where they cannot be a name. */
const contextual = words(
  'by values qualify with recursive materialized asof positional anti semi exists cast interval over filter within nulls first last rows ' +
    'range groups unbounded preceding following current row exclude replace rename escape partition next name',
);

export function isReserved(word: string): boolean {
  return reserved.has(word.toLowerCase());
}

/** Keywords that mean the same wherever they stand. */
const plain = words('on using as not in is null true false distinct all asc desc like ilike similar lateral collate');

/** The code pieces around one. */
interface Around {
  readonly piece: Piece;
  readonly word: string;
  /** Words in lower case, signs as they are; empty for everything else, and where nothing is. */
  readonly before: string;
  readonly after: string;
  readonly later: string;
  readonly kindBefore: Piece['kind'] | undefined;
  readonly kindAfter: Piece['kind'] | undefined;
  /** The next piece stands right beside this one. */
  readonly afterGlued: boolean;
}

/** The role of every piece; pieces that are no code are values. */
export function findRoles(pieces: readonly Piece[]): readonly Role[] {
  const roles: Role[] = pieces.map(() => 'value');
  const code = pieces.flatMap((piece, index) => (isCode(piece) ? [index] : []));
  let phrase = 0;
  for (const [position, index] of code.entries()) {
    const piece = pieces[index];
    if (piece?.kind !== 'word') {
      phrase = 0;
      continue;
    }
    if (roles[index] === 'held') continue;
    if (phrase > 0) {
      roles[index] = 'rest';
      phrase -= 1;
      continue;
    }
    const at = (offset: number): Piece | undefined => pieces[code[position + offset] ?? -1];
    const found = roleOf({
      piece,
      word: piece.text.toLowerCase(),
      before: textOf(at(-1)),
      after: textOf(at(1)),
      later: textOf(at(2)),
      kindBefore: at(-1)?.kind,
      kindAfter: at(1)?.kind,
      afterGlued: at(1)?.glued === true,
    });
    roles[index] = found.role;
    phrase = found.words - 1;
    if (found.role === 'select' && found.words === 3) holdBrackets(pieces, roles, index + 3);
    // A phrase that a comment or a tag interrupts is none.
    for (let more = 1; more <= phrase; more += 1) if (code[position + more] !== index + more) phrase = more - 1;
  }
  return roles;
}

/** The brackets that begin at `from` stay where they are, if nothing in them needs lines of its own. */
function holdBrackets(pieces: readonly Piece[], roles: Role[], from: number): void {
  let depth = 0;
  for (let at = from; at < pieces.length; at += 1) {
    const piece = pieces[at];
    if (piece === undefined || !isCode(piece)) return;
    if (piece.kind === 'sign' && '([{'.includes(piece.text)) depth += 1;
    if (piece.kind === 'sign' && ')]}'.includes(piece.text)) depth -= 1;
    if (depth > 0) continue;
    for (let held = from; held <= at; held += 1) roles[held] = 'held';
    return;
  }
}

function textOf(piece: Piece | undefined): string {
  return piece === undefined || (piece.kind !== 'word' && piece.kind !== 'sign' && piece.kind !== 'operator')
    ? ''
    : piece.text.toLowerCase();
}

interface Found {
  readonly role: Role;
  readonly words: number;
}

const value: Found = { role: 'value', words: 1 };
const keyword: Found = { role: 'keyword', words: 1 };
const phrase = (role: Role, count = 1): Found => ({ role, words: count });

function roleOf(around: Around): Found {
  const { before, after } = around;
  if (before === '.' || after === '.') return value;
  if (before === 'as') return afterAs(around);
  return structural.get(around.word)?.(around) ?? joinOf(around) ?? inExpression(around);
}

/** `as` is followed by a name, but for what begins a query. */
function afterAs({ word, after }: Around): Found {
  const isMark = (word === 'materialized' && after === '(') || (word === 'not' && after === 'materialized');
  return isMark ? keyword : value;
}

function selectPhrase({ after, later }: Around): Found {
  if (after !== 'distinct') return phrase('select', after === 'all' ? 2 : 1);
  return phrase('select', later === 'on' ? 3 : 2);
}

type FindRole = (around: Around) => Found | undefined;

const clauseOf =
  (...follow: readonly string[]): FindRole =>
  ({ after, later }) =>
    follow.includes(after) ? phrase('clause', later === 'all' ? 3 : 2) : undefined;
const always =
  (role: Role): FindRole =>
  () =>
    phrase(role);
const limitClause: FindRole = ({ kindBefore }) => (kindBefore === undefined ? value : phrase('clause'));
const uncertainClause: FindRole = (around) => (beginsClause(around) ? phrase('clause') : undefined);

/** Keywords that begin a part of a query. */
const structural: ReadonlyMap<string, FindRole> = new Map<string, FindRole>([
  ['select', selectPhrase],
  ['from', ({ before }) => (before === 'distinct' ? keyword : phrase('clause'))],
  ['where', always('clause')],
  ['having', always('clause')],
  ['group', (around) => (around.before === 'within' ? keyword : clauseOf('by')(around))],
  ['order', clauseOf('by')],
  ['partition', clauseOf('by')],
  ['window', uncertainClause],
  ['qualify', uncertainClause],
  ['limit', limitClause],
  ['offset', limitClause],
  ['fetch', clauseOf('first', 'next')],
  ['values', ({ before, after }) => (after === '(' && ['', '(', 'all', 'as'].includes(before) ? phrase('clause') : undefined)],
  ['with', ({ after }) => (/^(?:time|ordinality|ties|offset)$/.test(after) ? keyword : phrase('clause', after === 'recursive' ? 2 : 1))],
  ['union', setOperation],
  ['intersect', setOperation],
  ['except', setOperation],
  ['join', always('join')],
  ['case', always('case')],
  ['when', always('when')],
  ['then', always('then')],
  ['else', always('else')],
  ['end', always('end')],
  ['and', always('logic')],
  ['or', always('logic')],
]);

/** Reserved words that can be the last of a clause: `group by all`, `is null`, `order by a desc`. */
const endsClause = words('end all true false null asc desc');

/** A word that can be a name begins a clause only after a value and before one. */
function beginsClause(around: Around): boolean {
  const { before, after, kindAfter } = around;
  if (!isAfterValue(around) || (isReserved(before) && !endsClause.has(before))) return false;
  return after === '(' || kindAfter === 'name' || kindAfter === 'opaque' || (kindAfter === 'word' && after !== 'as');
}

function setOperation({ word, before, after, later }: Around): Found | undefined {
  // `* except (a, b)` leaves columns out.
  if (word === 'except' && before === '*') return keyword;
  const all = after === 'all' || after === 'distinct';
  const [first, second] = all ? [later, ''] : [after, later];
  if (first === 'by' && (second === 'name' || all)) return phrase('set-operation', all ? 4 : 3);
  return phrase('set-operation', all ? 2 : 1);
}

const joinWords = words('natural asof positional left right full inner cross outer anti semi');

function joinOf({ word, after, later, before }: Around): Found | undefined {
  if (!joinWords.has(word) || word === 'outer') return undefined;
  if (after === 'join') return phrase('join', 2);
  if (joinWords.has(after) && later === 'join') return phrase('join', 3);
  if (joinWords.has(after) && joinWords.has(later)) return phrase('join', 4);
  return before === '' && word === 'natural' ? keyword : undefined;
}

type Holds = (around: Around) => boolean;

const isFollowed =
  (...next: readonly string[]): Holds =>
  ({ after }) =>
    next.includes(after);
const isPreceded =
  (...last: readonly string[]): Holds =>
  ({ before }) =>
    last.includes(before);

function isAfterValue({ before, kindBefore }: Around): boolean {
  return before === ')' || before === ']' || (kindBefore !== undefined && kindBefore !== 'sign' && kindBefore !== 'operator');
}

const beginsFrame = isFollowed('between', 'unbounded', 'current');
const endsFrame: Holds = (around) => isAfterValue(around) && isFollowed(')', 'and', 'exclude')(around);
/** `* exclude (a)`: a list behind a star. */
const changesStar: Holds = ({ before, after, afterGlued }) => after === '(' && (before === '*' || before === ')') && !afterGlued;

/** Words that are keywords of expressions only where their neighbours say so. */
const contexts: ReadonlyMap<string, Holds> = new Map<string, Holds>([
  ['exists', isFollowed('(')],
  ['cast', isFollowed('(')],
  ['between', isAfterValue],
  ['interval', ({ kindAfter }) => kindAfter === 'string' || kindAfter === 'number'],
  ['over', ({ before, after, kindAfter }) => before === ')' && (after === '(' || kindAfter === 'word')],
  ['filter', ({ before, after }) => before === ')' && after === '('],
  ['within', isFollowed('group')],
  ['nulls', isFollowed('first', 'last')],
  ['first', isPreceded('nulls')],
  ['last', isPreceded('nulls')],
  ['rows', beginsFrame],
  ['range', beginsFrame],
  ['groups', beginsFrame],
  ['unbounded', isFollowed('preceding', 'following')],
  ['preceding', endsFrame],
  ['following', endsFrame],
  ['current', isFollowed('row')],
  ['row', isPreceded('current')],
  ['exclude', changesStar],
  ['replace', changesStar],
  ['rename', changesStar],
  ['escape', ({ kindBefore }) => kindBefore === 'string' || kindBefore === 'opaque'],
]);

/** Keywords within expressions. */
function inExpression(around: Around): Found {
  return plain.has(around.word) || contexts.get(around.word)?.(around) === true ? keyword : value;
}

/** Whether the formatter may write a word in another case. */
export function mayChangeCase(word: string): boolean {
  return reserved.has(word.toLowerCase()) || contextual.has(word.toLowerCase());
}
