/** Writes a store anew without what nobody refers to any more. */
import { compareFiles } from '../compile/compiled-file.ts';
import type { Fact } from '../compile/fact.ts';
import type { FileRecord } from '../compile/file-record.ts';
import type { FoldIdentifier } from '../graph/source-links.ts';
import type { NewFile } from '../project/file-system.ts';
import { Segments } from './segments.ts';
import { Store } from './store.ts';
import { linkStore } from './stored-graph.ts';

/** Whether more than half of a store is of no use. `replaced` are texts that others took the place of; fewer than `least` are left alone. */
export function isWasteful({ files, facts, nodes }: Store, replaced: number, least: number): boolean {
  const { gone, all } = facts.waste;
  const wasted = replaced + gone;
  return wasted > least && wasted > all - gone + files.count + nodes.nodes.count;
}

/** A store with the same project in it, whose texts go to `file`. */
export function compactStore(store: Store, { project, fold, file }: CompactInput): Store {
  const segments = new Segments([]);
  segments.addTo(file);
  const compact = new Store(project, segments);
  const rows = Array.from({ length: store.files.count }, (_, row) => row).filter((row) => !store.files.isGone(row));
  rows.sort((a, b) => compareFiles(store.files.fileOf(a), store.files.fileOf(b)));
  const batch = { waiting: new Set<number>(), put: new Set<number>() };
  for (const row of rows) {
    const copy = compact.put(recordOf(store, row), store.files.textOf(row), batch);
    compact.files.setStamp(copy, store.files.stampOf(row));
  }
  linkStore(compact, fold);
  return compact;
}

export interface CompactInput {
  readonly project: string;
  readonly fold: FoldIdentifier;
  readonly file: NewFile;
}

function recordOf(store: Store, row: number): FileRecord {
  const { files, facts, nodes, lists, views } = store;
  const { nodes: start, nodeCount, isRepeated } = files.files.columns;
  const own = [...lists.get({ start: start.get(row), length: nodeCount.get(row) })].filter((node) => nodes.fileOf(node) === row);
  const { hooks, disabled = [], broken = [], parseDiagnostics = [], diagnostics = [] } = store.extraOf(row);
  return {
    file: files.fileOf(row),
    // Kept as JSON by the same build: each value is one of its kind.
    facts: facts.factsOf(row).map(({ kind, name, fact }) => ({ kind, name, value: JSON.parse(facts.jsonOfFact(fact)) as unknown }) as Fact),
    asks: facts.asksOf(row),
    nodes: own.map((node) => views.get(node)),
    disabled,
    broken,
    hooks,
    parseDiagnostics,
    diagnostics,
    isRepeated: isRepeated.get(row) === 1,
  };
}
