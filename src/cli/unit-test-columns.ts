/** Writes the columns that the query of a unit test asks for: those of the real nodes, by the names of what the test makes up. */
import type { Column } from '../adapter/relation.ts';
import { fillFromRelations } from '../analyze/write-columns.ts';
import { nodesOfRequest, requestsIn } from '../compile/column-slots.ts';
import type { StandIns, UnitTestText } from '../compile/compile-unit-test.ts';
import type { CompiledText, CompiledUnitTest, NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { shownName } from '../graph/shown-name.ts';
import type { LoadedGraph } from './load-graph.ts';

export type ColumnsOf = (id: NodeId) => readonly Column[] | undefined;

/** What analysis has found for the texts that ask for columns; undefined where nothing asks. */
export function knownColumns({ analysis }: LoadedGraph): ColumnsOf | undefined {
  if (analysis === undefined) return undefined;
  return (id) => {
    const found = analysis.nodes.get(id);
    return found?.kind === 'known' ? found.columns : undefined;
  };
}

export interface UnitTestColumns extends UnitTestText {
  readonly standIns: StandIns;
  readonly columns: ColumnsOf | undefined;
}

/** The text with SQL in the place of its requests; of no use with errors. */
export function writeUnitColumns(
  { graph, engine }: LoadedGraph,
  node: CompiledUnitTest,
  { text, asked, standIns, columns }: UnitTestColumns,
): Outcome<CompiledText> {
  const nameOf = (id: NodeId): string => {
    const other = graph.nodes.get(id);
    return other === undefined ? id : shownName(other);
  };
  const unknown = (id: NodeId, span: Span | undefined): Diagnostic =>
    diagnose('columns-unknown', { node: nameOf(id), end: nameOf(id) }, { node: node.id, span });
  const waiting = requestsIn(text).flatMap(({ request, span }) =>
    nodesOfRequest(request).flatMap((id) => (columns?.(id) === undefined ? [unknown(id, span)] : [])),
  );
  const problems = [...[...asked].map(([id, span]) => unknown(id, span)), ...waiting];
  if (problems.length > 0) return { value: text, diagnostics: problems };
  const filled = fillFromRelations(text, {
    dialect: engine.dialect,
    relationOf: (id) => ({ name: nameOf(id), sql: standIns.get(id) ?? bug(`${id} is no input`), columns: columns?.(id) ?? [] }),
    node: node.id,
  });
  return { value: filled.text, diagnostics: filled.diagnostics };
}
