/** Nodes as rows of numbers. What most commands look at stands in the row; the rest is a text that is read when it is asked for. */
import type { CompiledNodeUnion, CompiledTest, NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Span } from '../diagnostics/span.ts';
import type { YamlValue } from '../project/project.ts';
import type { ColumnSet, RowOf, Table } from './column-set.ts';
import { hashText } from './hash-text.ts';
import type { ListPlace, ListPool } from './list-pool.ts';
import { NodeIds } from './node-ids.ts';
import type { Segments } from './segments.ts';
import { noBlob } from './segments.ts';
import type { TextTable } from './text-table.ts';
import { noText } from './text-table.ts';

/** Kinds of rows; `other` is any node whose id is not made as usual, or of a kind that has no columns of its own. */
export const nodeKinds = ['model', 'seed', 'source', 'test', 'other'] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** The file of a node that is not there any more, or not yet: its row waits for a node of the same id. */
const noFile = -1;

const nodeLayout = {
  kind: 'u8',
  /** Row of the file that it comes from. */
  file: 'i32',
  /** Of the id. */
  hash: 'i32',
  name: 'i32',
  path: 'i32',
  properties: 'i32',
  /** Its qualified name without the last word. */
  folders: 'i32',
  /** Tags, config, and the values of its raw config, as one text that many nodes share; and the places of these values. */
  settings: 'i32',
  places: 'i32',
  placeCount: 'i32',
  dependencies: 'i32',
  dependencyCount: 'i32',
  schema: 'i32',
  relation: 'i32',
  /** Of a source: the name of what its table belongs to. */
  source: 'i32',
  /** Of a test: its row in the table of tests. Of an `other`: the text of its id. */
  detail: 'i32',
  rest: 'f64',
} as const;

const testLayout = {
  /** None: it is a query of its own. */
  check: 'i32',
  /** Row of the node under test. */
  attached: 'i32',
  column: 'i32',
  args: 'i32',
  path: 'i32',
  start: 'i32',
  end: 'i32',
  /** The last part of the id, ten hexadecimal digits, as a number. */
  digest: 'f64',
  description: 'i32',
} as const;

type NodeRow = RowOf<typeof nodeLayout>;
type TestRow = RowOf<typeof testLayout>;

export interface NodeStorage {
  readonly project: string;
  readonly texts: TextTable;
  readonly lists: ListPool;
  readonly segments: Segments;
}

/** What a row held before: its room is used again. */
interface OldRow {
  readonly places: ListPlace;
  readonly dependencies: ListPlace;
  readonly detail: number;
  readonly rest: number;
}

export class NodeRows {
  readonly nodes: Table<typeof nodeLayout>;
  readonly tests: Table<typeof testLayout>;
  readonly #ids: NodeIds;
  readonly #storage: NodeStorage;

  constructor(set: ColumnSet, storage: NodeStorage) {
    this.nodes = set.table('node', nodeLayout);
    this.tests = set.table('test', testLayout);
    this.#storage = storage;
    this.#ids = new NodeIds(set, this.nodes.columns.hash, (row) => this.idOf(row));
  }

  kindOf(row: number): NodeKind {
    return nodeKinds[this.nodes.columns.kind.get(row)] ?? bug(`there is no node in row ${row}`);
  }

  fileOf(row: number): number {
    return this.nodes.columns.file.get(row);
  }

  isGone(row: number): boolean {
    return this.fileOf(row) === noFile;
  }

  /** The row of that id, unless its node is gone. */
  find(id: NodeId): number | undefined {
    const row = this.#ids.find(id);
    return row === undefined || this.isGone(row) ? undefined : row;
  }

  /** The id is made of the parts in the row, and needs no place of its own. */
  idOf(row: number): NodeId {
    const { texts, project } = this.#storage;
    const { name, source, detail } = this.nodes.columns;
    const kind = this.kindOf(row);
    // Rows are made for ids: what comes out here is what went in.
    if (kind === 'other') return texts.get(detail.get(row)) as NodeId;
    const owner = kind === 'source' && source.get(row) !== noText ? `${texts.get(source.get(row))}.` : '';
    const digest = kind === 'test' ? this.#digestOf(detail.get(row)) : '';
    return `${kind}.${project}.${owner}${texts.get(name.get(row))}${digest}` as NodeId;
  }

  /** The id of a row, for whoever will ask for the row of that id. */
  nameOf(row: number): NodeId {
    const id = this.idOf(row);
    this.#ids.learn(id, row);
    return id;
  }

  #digestOf(test: number): string {
    const { check, digest } = this.tests.columns;
    if (check.get(test) === noText) return '';
    const number = digest.get(test);
    // Halves are small numbers, which are quicker to write.
    return `.${fiveDigits(Math.floor(number / 0x100000))}${fiveDigits(number % 0x100000)}`;
  }

  /** Puts a node in the row of its id; gives that row. */
  put(node: CompiledNodeUnion, file: number): number {
    const found = this.#ids.find(node.id);
    if (found === undefined) {
      const encoded = this.#encode(node, file, nothingOld);
      // To encode a node, rows for those that it refers to may have been added.
      const row = this.nodes.add(encoded);
      this.#ids.add(node.id, row);
      return row;
    }
    const { places, placeCount, dependencies, dependencyCount, detail, rest } = this.nodes.columns;
    const old: OldRow = {
      places: { start: places.get(found), length: placeCount.get(found) * 3 },
      dependencies: { start: dependencies.get(found), length: dependencyCount.get(found) * 4 },
      // A row that waited for its node has no tests' row yet.
      detail: this.kindOf(found) === 'test' ? detail.get(found) : noText,
      rest: rest.get(found),
    };
    this.nodes.set(found, this.#encode(node, file, old));
    return found;
  }

  /** Takes a node away if it still belongs to that file; false if it does not. */
  remove(row: number, file: number): boolean {
    if (this.nodes.columns.file.get(row) !== file) return false;
    this.nodes.columns.file.set(row, noFile);
    return true;
  }

  /** Rows of the nodes that a node refers to, in order of first mention. A test refers to what it tests in any case. */
  parentsOf(row: number): readonly number[] {
    const { dependencies, dependencyCount, detail } = this.nodes.columns;
    const list = this.#storage.lists.get({ start: dependencies.get(row), length: dependencyCount.get(row) * 4 });
    const parents = new Set<number>();
    for (let at = 0; at < list.length; at += 4) parents.add(list[at] ?? 0);
    const attached = this.kindOf(row) === 'test' ? this.tests.columns.attached.get(detail.get(row)) : noText;
    if (attached !== noText) parents.add(attached);
    return [...parents];
  }

  /** Everything about a node that the graph looks at, as one text. */
  linksOf(row: number): string {
    const { kind, schema, relation, settings, rest } = this.nodes.columns;
    const built = kind.get(row) === nodeKinds.indexOf('source') ? rest : settings;
    return [
      ...this.parentsOf(row),
      schema.get(row),
      relation.get(row),
      kind.get(row) === nodeKinds.indexOf('test') ? 0 : built.get(row),
    ].join(' ');
  }

  /** The row of an id, which is made if there is none: nodes refer to others that come later. */
  #rowFor(id: NodeId): number {
    const found = this.#ids.find(id);
    if (found !== undefined) return found;
    const { texts, project } = this.#storage;
    const kind = (['model', 'seed', 'source'] as const).find((each) => id.startsWith(`${each}.${project}.`)) ?? 'other';
    const row = this.nodes.add({
      ...emptyRow,
      kind: nodeKinds.indexOf(kind),
      hash: hashText(id),
      name: texts.intern(kind === 'other' ? '' : id.slice(kind.length + project.length + 2)),
      detail: kind === 'other' ? texts.intern(id) : noText,
    });
    this.#ids.add(id, row);
    return row;
  }

  #encode(node: CompiledNodeUnion, file: number, old: OldRow): NodeRow {
    const { texts, lists } = this.#storage;
    const values: Record<string, YamlValue> = {};
    const places: number[] = [];
    let placeCount = 0;
    for (const [key, { value, span }] of Object.entries(node.rawConfig)) {
      values[key] = value;
      this.#addPlace(places, span);
      placeCount += 1;
    }
    const dependencies: number[] = [];
    for (const { id, span } of node.dependsOn) {
      dependencies.push(this.#rowFor(id));
      this.#addPlace(dependencies, span);
    }
    const kind = this.#kindFor(node);
    const isTest = node.resourceType === 'test';
    const relation = 'relation' in node ? node.relation : undefined;
    return {
      kind: nodeKinds.indexOf(kind),
      file,
      hash: hashText(node.id),
      name: texts.intern(node.name),
      path: texts.intern(node.path),
      properties: node.propertiesPath === undefined ? noText : texts.intern(node.propertiesPath),
      folders: texts.intern(node.fqn.slice(0, -1).join('\0')),
      settings: texts.intern(JSON.stringify([node.tags, 'config' in node ? node.config : null, values] satisfies NodeSettings)),
      places: lists.put(places, old.places).start,
      placeCount,
      dependencies: lists.put(dependencies, old.dependencies).start,
      dependencyCount: node.dependsOn.length,
      schema: relation === undefined ? noText : texts.intern(relation.schema),
      relation: relation === undefined ? noText : texts.intern(relation.name),
      source: node.resourceType === 'source' ? texts.intern(node.sourceName) : noText,
      detail: kind === 'other' ? texts.intern(node.id) : isTest ? this.#putTest(node, old.detail) : noText,
      rest: this.#putRest(node, kind, old.rest),
    };
  }

  /** Only what can be put together again from the parts of a row is taken apart. */
  #kindFor(node: CompiledNodeUnion): NodeKind {
    const { project } = this.#storage;
    if (node.resourceType === 'exposure' || node.resourceType === 'unit_test' || node.resourceType === 'snapshot') return 'other';
    if (node.fqn.at(-1) !== node.name) return 'other';
    const head = `${node.resourceType}.${project}.${node.resourceType === 'source' ? `${node.sourceName}.` : ''}${node.name}`;
    const tail = node.id.slice(head.length);
    const isUsual = node.id.startsWith(head) && (isGeneric(node) ? /^\.[0-9a-f]{10}$/.test(tail) : tail === '');
    return isUsual ? node.resourceType : 'other';
  }

  #putTest(node: CompiledTest, old: number): number {
    const { texts } = this.#storage;
    const { test, span, description } = node;
    const isGenericTest = test.kind === 'generic';
    const row: TestRow = {
      check: isGenericTest ? texts.intern(test.check) : noText,
      attached: isGenericTest ? this.#rowFor(test.attachedTo) : noText,
      column: isGenericTest && test.column !== undefined ? texts.intern(test.column) : noText,
      args: isGenericTest ? texts.intern(JSON.stringify(test.args)) : noText,
      path: texts.intern(span.path),
      start: span.start,
      end: span.end,
      digest: isGenericTest ? Number.parseInt(node.id.slice(-10), 16) : 0,
      description: texts.intern(description),
    };
    if (old === noText) return this.tests.add(row);
    this.tests.set(old, row);
    return old;
  }

  #putRest(node: CompiledNodeUnion, kind: NodeKind, old: number): number {
    const { segments } = this.#storage;
    const rest = kind === 'other' ? { ...node } : restOf(node);
    if (rest === undefined) return noBlob;
    return segments.put(JSON.stringify(rest), old);
  }

  #addPlace(list: number[], { path, start, end }: Span): void {
    list.push(this.#storage.texts.intern(path), start, end);
  }
}

/** Tags, config and values of the raw config. */
export type NodeSettings = readonly [readonly string[], unknown, Readonly<Record<string, YamlValue>>];

const nothingOld: OldRow = {
  places: { start: 0, length: 0 },
  dependencies: { start: 0, length: 0 },
  detail: noText,
  rest: noBlob,
};

const emptyRow: NodeRow = {
  kind: 0,
  file: noFile,
  hash: 0,
  name: noText,
  path: noText,
  properties: noText,
  folders: noText,
  settings: noText,
  places: 0,
  placeCount: 0,
  dependencies: 0,
  dependencyCount: 0,
  schema: noText,
  relation: noText,
  source: noText,
  detail: noText,
  rest: noBlob,
};

function fiveDigits(number: number): string {
  return (number | 0x100000).toString(16).slice(1);
}

function isGeneric(node: CompiledNodeUnion): boolean {
  return node.resourceType === 'test' && node.test.kind === 'generic';
}

/** What has no column; undefined when nothing is left. */
function restOf(node: CompiledNodeUnion): object | undefined {
  switch (node.resourceType) {
    case 'model': {
      const { description, macros, columns, constraints, freshness, full, incremental, preHooks, postHooks } = node;
      return { description, macros, columns, constraints, freshness, full, incremental, preHooks, postHooks };
    }
    case 'seed': {
      const { description, macros, columns, constraints, freshness, preHooks, postHooks } = node;
      return { description, macros, columns, constraints, freshness, preHooks, postHooks };
    }
    case 'source': {
      const { description, columns, external, location, locationSpan, loader, freshness, arrivals, sourceDescription, sourceMeta } = node;
      return { description, columns, external, location, locationSpan, loader, freshness, arrivals, sourceDescription, sourceMeta };
    }
    case 'test':
      return node.test.text === undefined ? undefined : { text: node.test.text, macros: node.macros };
    case 'snapshot':
    case 'exposure':
    case 'unit_test':
      return bug(`${node.id} has columns of its own`);
  }
}
