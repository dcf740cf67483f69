/** Reads the text in which the server writes a query tree: `{NODE :field value}`, `(list)`, `<>` for nothing. */
import type { TreeNode, TreeValue } from './tree-node.ts';

function wordsOf(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}

/** Places in the text, names that mean nothing, and what follows from the rest. */
const places = [
  'location list_start list_end stmt_location stmt_len varnosyn varattnosyn varnullingrels varreturningtype resno resname resorigtbl',
  'resorigcol selectedCols insertedCols updatedCols extraUpdatedCols requiredPerms checkAsUser rteperminfos perminfoindex',
  'alias commandType querySource canSetTag relkind rellockmode inFromCl cterefcount',
];
export const meaningless: ReadonlySet<string> = wordsOf(...places);

/** Fields that say nothing about where values come from, and are most of the text. None of them holds an expression. */
const dull: ReadonlySet<string> = wordsOf(
  ...places,
  'vartypmod varcollid consttype consttypmod constcollid constlen constbyval resulttypmod resultcollid funccollid opno opcollid',
  'aggcollid coalescetype coalescecollid casetype casecollid wintype wincollid minmaxtype minmaxcollid array_collid',
  'colTypmods colCollations coltypes coltypmods colcollations ctecoltypes ctecoltypmods ctecolcollations inh aggtranstype aggargtypes',
  'eqop sortop hashable joinleftcols joinrightcols joinmergedcols',
);

/** Fields that few ask for, kept as text; `readTree` reads it. */
const unread: ReadonlySet<string> = new Set(['eref', 'ctecolnames']);

const [BLANK, NEWLINE, OPEN_LIST, CLOSE_LIST, COLON, OPEN_BYTES, BACKSLASH, OPEN_NODE, CLOSE_NODE] = [...' \n():[\\{}'].map((sign) =>
  sign.charCodeAt(0),
);

/** What version 14 calls what later ones call by the names of their structures. */
const olderTags: ReadonlyMap<string, string> = new Map([
  ['ARRAY', 'ARRAYEXPR'],
  ['CASE', 'CASEEXPR'],
  ['WHEN', 'CASEWHEN'],
  ['COALESCE', 'COALESCEEXPR'],
  ['COLLATE', 'COLLATEEXPR'],
  ['MINMAX', 'MINMAXEXPR'],
  ['ROW', 'ROWEXPR'],
  ['ROWCOMPARE', 'ROWCOMPAREEXPR'],
]);

type Building = Record<string, TreeValue> & { nodeTag: string };

/** A node or a list that is being read. */
interface Container {
  readonly node: Building | undefined;
  readonly list: TreeValue[] | undefined;
  /** The field whose value comes next. */
  field: string | undefined;
}

/** The tree of a text without some fields. However deep it is, nothing here calls itself. What is nothing, false or 0 is absent. */
export function readTree(text: string, without = dull): TreeValue {
  const found: TreeValue[] = [];
  const root: Container = { node: undefined, list: found, field: undefined };
  const open: Container[] = [];
  let top: Container | undefined = root;
  let at = 0;
  while (top !== undefined && at < text.length) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) {
      at += 1;
    } else if (code === CLOSE_NODE || code === CLOSE_LIST) {
      at += 1;
      const closed: Container = top;
      top = open.pop();
      if (top !== undefined) put(top, closed.node ?? closed.list);
    } else if (top.node !== undefined && top.field === undefined) {
      at = readFields(text, at, { top, node: top.node, without });
    } else if (code === OPEN_NODE || code === OPEN_LIST) {
      open.push(top);
      const end: number = code === OPEN_NODE ? wordEnd(text, at + 1) : at + 1;
      top =
        code === OPEN_NODE
          ? { node: { nodeTag: tagOf(text.slice(at + 1, end)) }, list: undefined, field: undefined }
          : { node: undefined, list: [], field: undefined };
      at = end;
    } else {
      const end = wordEnd(text, at);
      put(top, readWord(text.slice(at, end)));
      at = end;
    }
  }
  return found[0];
}

const tagOf = (word: string): string => olderTags.get(word) ?? word;

function put(container: Container, value: TreeValue): void {
  const { node, list, field } = container;
  if (list !== undefined) list.push(value);
  else if (node !== undefined && field !== undefined) node[field] = value;
  container.field = undefined;
}

/**
 * Reads the fields of a node up to one that holds a node or a list, or up to the node's end. Values that are the usual ones, or
 * that nobody wants, are left out. The bytes of a constant stand behind their number. Gives where to go on.
 */
function readFields(
  text: string,
  start: number,
  { top, node, without }: { readonly top: Container; readonly node: Building; readonly without: ReadonlySet<string> },
): number {
  let at = start;
  for (;;) {
    while (isBlank(text.charCodeAt(at))) at += 1;
    if (text.charCodeAt(at) !== COLON) return afterFields(text, at, node);
    const blank = text.indexOf(' ', at);
    if (blank < 0) return text.length;
    const usual = usualEnd(text, blank + 1);
    if (usual > 0) {
      at = usual;
      continue;
    }
    const field = text.slice(at + 1, blank);
    const first = text.charCodeAt(blank + 1);
    const isLeftOut = without.has(field);
    if (!isLeftOut && (first === OPEN_NODE || first === OPEN_LIST) && !unread.has(field)) {
      top.field = field;
      return blank + 1;
    }
    at = valueEnd(text, blank + 1);
    if (!isLeftOut) node[field] = unread.has(field) ? text.slice(blank + 1, at) : readWord(text.slice(blank + 1, at));
  }
}

/** What is no field belongs to none, but for the bytes of a constant. */
function afterFields(text: string, at: number, node: Building): number {
  const code = text.charCodeAt(at);
  if (code === CLOSE_NODE || code === CLOSE_LIST || at >= text.length) return at;
  if (code !== OPEN_BYTES) return wordEnd(text, at);
  const end = text.indexOf(']', at);
  node['bytes'] = text.slice(at + 1, end < 0 ? text.length : end).trim();
  return end < 0 ? text.length : end + 1;
}

const [ZERO, LESS, FIRST_OF_FALSE] = [...'0<f'].map((sign) => sign.charCodeAt(0));

/** Where a value ends that is nothing, false or 0; 0 for others. */
function usualEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  const length = first === ZERO ? 1 : first === LESS ? 2 : first === FIRST_OF_FALSE && text.startsWith('false', at) ? 5 : 0;
  return length > 0 && isEnd(text.charCodeAt(at + length)) ? at + length : 0;
}

function isBlank(code: number): boolean {
  return code === BLANK || code === NEWLINE;
}

function isEnd(code: number): boolean {
  return isBlank(code) || code === OPEN_LIST || code === CLOSE_LIST || code === OPEN_NODE || code === CLOSE_NODE;
}

/** The next blank or bracket that is not escaped; at least one character further. */
function wordEnd(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (isEnd(code)) break;
  }
  return Math.max(at, start + 1);
}

function readWord(raw: string): TreeValue {
  if (raw === '<>') return null;
  const bare = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  return bare.includes('\\') ? bare.replaceAll(/\\(.)/gsu, '$1') : bare;
}

/** Where a value ends, with everything in it. */
function valueEnd(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first !== OPEN_LIST && first !== OPEN_NODE) return wordEnd(text, start);
  let depth = 0;
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === OPEN_LIST || code === OPEN_NODE) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_NODE) {
      depth -= 1;
      if (depth === 0) break;
    }
  }
  return at + 1;
}

/** The queries of a rule: a view has one. */
export function readQueries(text: string, without?: ReadonlySet<string>): readonly TreeNode[] {
  const root = readTree(text, without);
  return Array.isArray(root) ? root.filter((entry) => typeof entry === 'object' && entry !== null && 'nodeTag' in entry) : [];
}
