/** The cache as the earlier compile of what comes next. */
import type { EarlierCompile } from '../compile/earlier.ts';
import type { FactName } from '../compile/fact.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Store } from './store.ts';

/** `lost` are the rows of files that have changed or are gone. */
export function earlierOfStore(store: Store, unused: readonly FactName[], lost: ReadonlySet<number>): EarlierCompile {
  const { files, facts, nodes, views, lists } = store;
  const isKept = (row: number): boolean => !lost.has(row) && !files.isGone(row);
  const rowOf = (path: string): number => files.find(path) ?? bug(`${path} was not compiled before`);
  const keptRows = function* (): Generator<number, undefined> {
    for (let row = 0; row < files.count; row += 1) if (isKept(row)) yield row;
  };
  const { isRepeated, nodes: firstNode, nodeCount } = files.files.columns;
  return {
    isEmpty: false,
    *files() {
      for (const row of keptRows()) yield files.pathOf(row);
    },
    giver: (kind, name) => {
      const fact = facts.findFact(kind, name, isKept);
      return fact === undefined ? undefined : files.pathOf(facts.fileOfFact(fact));
    },
    json: (kind, name) => {
      const fact = facts.findFact(kind, name, isKept);
      return fact === undefined ? undefined : facts.jsonOfFact(fact);
    },
    names: (kind) => facts.namesOf(kind, isKept),
    askers: (kind, name) =>
      facts
        .askersOf(kind, name)
        .filter(isKept)
        .map((row) => files.pathOf(row)),
    factsOf: (path) => {
      const row = files.find(path);
      if (row === undefined) return [];
      return facts.factsOf(row).map(({ kind, name, fact }) => ({ kind, name, json: facts.jsonOfFact(fact) }));
    },
    lost: [...lost].map((row) => files.pathOf(row)),
    repeated: [...keptRows()].filter((row) => isRepeated.get(row) === 1).map((row) => files.pathOf(row)),
    file: (path) => files.fileOf(rowOf(path)),
    text: (path) => files.textOf(rowOf(path)) ?? bug(`no text of ${path} is kept`),
    unused,
    *testNames(isWanted) {
      for (const row of keptRows()) {
        if (!isWanted(files.pathOf(row))) continue;
        for (const node of lists.get({ start: firstNode.get(row), length: nodeCount.get(row) }))
          if (nodes.kindOf(node) === 'test') yield views.get(node).fqn;
      }
    },
  };
}
