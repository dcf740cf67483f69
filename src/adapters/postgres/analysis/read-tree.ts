/** Reads the text in which the server writes a query tree: `{NODE :field value}`, `(list)`, `<>` for nothing. */
import type { TreeNode, TreeValue } from './tree-node.ts';

/** Fields that say nothing about where values come from, and are most of the text. None of them holds an expression. */
const dull: ReadonlySet<string> = new Set(
  [
    'location varnosyn varattnosyn varnullingrels vartypmod varreturningtype resorigtbl resorigcol',
    'selectedCols insertedCols updatedCols extraUpdatedCols requiredPerms checkAsUser rteperminfos',
    'consttypmod constcollid constlen constbyval resulttypmod resultcollid funccollid opcollid',
    'alias colTypmods colCollations coltypes coltypmods colcollations ctecoltypes ctecoltypmods ctecolcollations',
    'stmt_location stmt_len aggtranstype aggargtypes joinleftcols joinrightcols',
  ]
    .join(' ')
    .split(' '),
);

const [BLANK, NEWLINE, OPEN_LIST, CLOSE_LIST, COLON, OPEN_BYTES, BACKSLASH, OPEN_NODE, CLOSE_NODE] = [...' \n():[\\{}'].map((sign) =>
  sign.charCodeAt(0),
);

type Building = Record<string, TreeValue> & { nodeTag: string };

interface Container {
  readonly node: Building | undefined;
  readonly list: TreeValue[];
  /** The field whose value comes next. */
  field: string | undefined;
}

/** The tree of a text. However deep it is, nothing here calls itself. */
export function readTree(text: string): TreeValue {
  const open: Container[] = [{ node: undefined, list: [], field: undefined }];
  const [root] = open;
  const cursor = { text, at: 0 };
  for (let top = root; top !== undefined && skipBlanks(cursor); top = open.at(-1)) {
    const code = text.charCodeAt(cursor.at);
    if (code === CLOSE_NODE || code === CLOSE_LIST) {
      cursor.at += 1;
      open.pop();
      const { node, list } = top;
      put(open.at(-1), node ?? list);
    } else if (top.node !== undefined && top.field === undefined) {
      startField(cursor, top);
    } else if (code === OPEN_NODE) {
      cursor.at += 1;
      open.push({ node: { nodeTag: word(cursor) }, list: [], field: undefined });
    } else if (code === OPEN_LIST) {
      cursor.at += 1;
      open.push({ node: undefined, list: [], field: undefined });
    } else {
      put(top, readWord(word(cursor)));
    }
  }
  return root?.list[0];
}

interface Cursor {
  readonly text: string;
  at: number;
}

function put(container: Container | undefined, value: TreeValue): void {
  if (container === undefined) return;
  const { node, list, field } = container;
  if (node === undefined) list.push(value);
  else if (field !== undefined) node[field] = value;
  container.field = undefined;
}

/** Reads a field's name, and leaves out its value if nobody wants it. The bytes of a constant stand behind their number. */
function startField(cursor: Cursor, top: Container): void {
  const { text } = cursor;
  if (text.charCodeAt(cursor.at) === OPEN_BYTES) {
    const end = text.indexOf(']', cursor.at);
    if (top.node !== undefined) top.node['bytes'] = text.slice(cursor.at + 1, end).trim();
    cursor.at = end < 0 ? text.length : end + 1;
    return;
  }
  const name = word(cursor);
  // Whatever else stands there belongs to no field.
  if (name.charCodeAt(0) !== COLON) return;
  const field = name.slice(1);
  if (dull.has(field)) skipValue(cursor);
  else top.field = field;
}

function isBlank(code: number): boolean {
  return code === BLANK || code === NEWLINE;
}

function isEnd(code: number): boolean {
  return isBlank(code) || code === OPEN_LIST || code === CLOSE_LIST || code === OPEN_NODE || code === CLOSE_NODE;
}

function skipBlanks(cursor: Cursor): boolean {
  const { text } = cursor;
  while (isBlank(text.charCodeAt(cursor.at))) cursor.at += 1;
  return cursor.at < text.length;
}

/** Up to the next blank or bracket that is not escaped; at least one character. */
function word(cursor: Cursor): string {
  const { text, at: start } = cursor;
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (isEnd(code)) break;
  }
  cursor.at = Math.max(at, start + 1);
  return text.slice(start, cursor.at);
}

function readWord(raw: string): TreeValue {
  if (raw === '<>') return null;
  const bare = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  return bare.includes('\\') ? bare.replaceAll(/\\(.)/gsu, '$1') : bare;
}

function skipValue(cursor: Cursor): void {
  const { text } = cursor;
  if (!skipBlanks(cursor)) return;
  const first = text.charCodeAt(cursor.at);
  if (first !== OPEN_LIST && first !== OPEN_NODE) {
    word(cursor);
    return;
  }
  let depth = 0;
  for (; cursor.at < text.length; cursor.at += 1) {
    const code = text.charCodeAt(cursor.at);
    if (code === BACKSLASH) cursor.at += 1;
    else if (code === OPEN_LIST || code === OPEN_NODE) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_NODE) {
      depth -= 1;
      if (depth === 0) break;
    }
  }
  cursor.at += 1;
}

/** The queries of a rule: a view has one. */
export function readQueries(text: string): readonly TreeNode[] {
  const root = readTree(text);
  return Array.isArray(root) ? root.filter((entry) => typeof entry === 'object' && entry !== null && 'nodeTag' in entry) : [];
}
