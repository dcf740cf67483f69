/** A compiled project as the cache holds it: what is read back, and what is put in its place. */
import type { CompiledNodeUnion, DisabledNode, NodeId } from '../compile/compiled.ts';
import { compareFiles } from '../compile/compiled-file.ts';
import type { FactName } from '../compile/fact.ts';
import type { FileRecord, RunHooks } from '../compile/file-record.ts';
import type { UnusedVariables } from '../compile/unused-variables.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { ColumnSet } from './column-set.ts';
import type { StoredColumns } from './column-file.ts';
import { FactRows } from './fact-rows.ts';
import { FileRows } from './file-rows.ts';
import { GraphRows } from './graph-rows.ts';
import { ListPool } from './list-pool.ts';
import { NodeRows } from './node-rows.ts';
import type { Segments } from './segments.ts';
import { StoredNodes } from './stored-nodes.ts';
import { TextTable } from './text-table.ts';

/** What is said of the whole, beside the columns. */
export interface StoreNotes {
  /** Everything but the files that the compile depended on. */
  readonly settings: string;
  readonly project: string;
  /** Problems of no single file: warnings, for with errors nothing is kept. */
  readonly ofProject: readonly Diagnostic[];
  readonly ofGraph: readonly Diagnostic[];
  readonly unused: readonly FactName[];
  readonly unusedVars: UnusedVariables;
}

/** What only few files have. */
interface Extra {
  readonly hooks?: RunHooks;
  readonly disabled?: readonly DisabledNode[];
  readonly broken?: readonly NodeId[];
  readonly parseDiagnostics?: readonly Diagnostic[];
  readonly diagnostics?: readonly Diagnostic[];
}

/** Files that are put together, in order: those that are still to come give up the nodes that they had. */
export interface Batch {
  readonly waiting: ReadonlySet<number>;
  readonly put: Set<number>;
}

export class Store {
  readonly set: ColumnSet;
  readonly segments: Segments;
  readonly texts: TextTable;
  readonly lists: ListPool;
  readonly files: FileRows;
  readonly facts: FactRows;
  readonly nodes: NodeRows;
  readonly graph: GraphRows;
  readonly views: StoredNodes;
  /** Set when nodes came or went, or refer to others than before: then the graph has to be linked anew. */
  isMoved = false;

  constructor(project: string, segments: Segments, stored?: StoredColumns) {
    this.set = new ColumnSet(stored);
    this.segments = segments;
    this.texts = new TextTable(this.set);
    this.lists = new ListPool(this.set);
    const storage = { project, texts: this.texts, lists: this.lists, segments };
    this.files = new FileRows(this.set, this.texts, segments);
    this.facts = new FactRows(this.set, this.files, storage);
    this.nodes = new NodeRows(this.set, storage);
    this.graph = new GraphRows(this.set);
    this.views = new StoredNodes(this.nodes, storage);
  }

  /** Puts what was compiled of a file in the place of what was kept of it. `batch` are the files that are put together. */
  put(record: FileRecord, text: string | undefined, batch: Batch): number {
    const row = this.files.rowFor(record.file);
    this.files.setText(row, text);
    this.facts.setFacts(row, record.facts);
    this.facts.setAsks(row, record.asks);
    this.files.files.columns.isRepeated.set(row, record.isRepeated ? 1 : 0);
    this.#putNodes(row, record.nodes, batch);
    this.files.setExtra(row, extraOf(record));
    batch.put.add(row);
    return row;
  }

  remove(row: number): void {
    this.#putNodes(row, [], { waiting: new Set(), put: new Set() });
    this.facts.setFacts(row, []);
    this.facts.setAsks(row, []);
    this.files.remove(row);
    this.segments.replaced += 1;
  }

  #putNodes(file: number, nodes: readonly CompiledNodeUnion[], batch: Batch): void {
    const { nodes: start, nodeCount } = this.files.files.columns;
    const old = { start: start.get(file), length: nodeCount.get(file) };
    const before = new Set(this.lists.get(old));
    const rows: number[] = [];
    for (const node of nodes) {
      const known = this.nodes.find(node.id);
      if (known !== undefined && this.#isHeld(known, file, batch)) continue;
      const links = known === undefined || this.isMoved ? undefined : this.nodes.linksOf(known);
      const row = this.nodes.put(node, file);
      this.isMoved ||= links !== this.nodes.linksOf(row);
      this.views.forget(row);
      before.delete(row);
      rows.push(row);
    }
    for (const row of before) {
      if (this.nodes.remove(row, file)) {
        this.isMoved = true;
        this.segments.replaced += 1;
      }
      this.views.forget(row);
    }
    start.set(file, this.lists.put(rows, old).start);
    nodeCount.set(file, rows.length);
  }

  /** Whether another file has a node of that id, and comes first. That is a mistake of the user, but a graph has to come out of it. */
  #isHeld(node: number, file: number, { waiting, put }: Batch): boolean {
    const owner = this.nodes.fileOf(node);
    if (owner === file || (waiting.has(owner) && !put.has(owner))) return false;
    return put.has(owner) || compareFiles(this.files.fileOf(owner), this.files.fileOf(file)) < 0;
  }

  /** What few files have, of one of them. */
  extraOf(row: number): Extra {
    const json = this.files.extraOf(row);
    // Written by `extraOf` below.
    return json === undefined ? {} : (JSON.parse(json) as Extra);
  }

  /** Rows of the files that have something extra, in the order of the files. */
  rowsWithExtra(): readonly number[] {
    const { kind, extra } = this.files.files.columns;
    const rows: number[] = [];
    for (let row = 0; row < this.files.count; row += 1) if (kind.get(row) !== 0 && extra.get(row) >= 0) rows.push(row);
    return rows.sort((a, b) => compareFiles(this.files.fileOf(a), this.files.fileOf(b)));
  }
}

/** Undefined for what most files are: without problems, without anything that is turned off. */
function extraOf({ hooks, disabled, broken, parseDiagnostics, diagnostics }: FileRecord): string | undefined {
  const extra: Extra = {
    ...(hooks === undefined || hooks.onRunStart.length + hooks.onRunEnd.length === 0 ? {} : { hooks }),
    ...(disabled.length === 0 ? {} : { disabled }),
    ...(broken.length === 0 ? {} : { broken }),
    ...(parseDiagnostics.length === 0 ? {} : { parseDiagnostics }),
    ...(diagnostics.length === 0 ? {} : { diagnostics }),
  };
  return Object.keys(extra).length === 0 ? undefined : JSON.stringify(extra);
}
