/** Renders a text of a node once more, now that it is known which columns others have. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { InlineInput } from './compile-inline.ts';
import { renderInline } from './compile-inline.ts';
import type { CompilePorts } from './compile-project.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import { nameInId } from './naming.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import type { SessionOptions } from './session.ts';
import { Session } from './session.ts';
import { relationValue } from './values.ts';

export interface RenderAgain {
  readonly node: NodeId;
  /** `a model`, `a test`. */
  readonly what: string;
  /** Of a model. */
  readonly relation?: Relation;
  readonly isIncremental?: boolean | undefined;
  /** What it refers to, as the project knows it. */
  readonly dependsOn: ReadonlySet<NodeId>;
  readonly columnsOf: (id: NodeId) => readonly string[];
}

/** The text without the ephemeral models before it. `source` is the file of the node. */
export function renderAgain(
  source: SourceFile,
  again: RenderAgain,
  input: InlineInput,
  ports: CompilePorts,
): Promise<Outcome<CompiledText>> {
  return renderInline(source, input, ports, ({ template, environment, index }) => {
    const session = new Session({ environment, resolver: index, ...optionsOf(again, input.dialect) });
    const rendered = renderTemplate(template, session);
    const { diagnostics } = session;
    return diagnostics.length > 0 ? { value: rendered, diagnostics } : finish(rendered, session, again, source.path);
  });
}

function optionsOf(
  { node, relation, isIncremental, columnsOf, what }: RenderAgain,
  dialect: Pick<Dialect, 'relation'>,
): Omit<SessionOptions, 'environment' | 'resolver'> {
  const self = relation === undefined ? undefined : relationValue(dialect.relation(relation), node);
  return { node, self, isIncremental, place: what, takesColumns: true, columnsOf };
}

/** What it refers to now must have been found without columns: the order of the graph rests on it. */
function finish(rendered: CompiledText, session: Session, { node, what, dependsOn }: RenderAgain, path: string): Outcome<CompiledText> {
  const finished = finishQuery(rendered, { what, node, path });
  const unseen = [...session.dependencies].filter(([id]) => !dependsOn.has(id) && id !== node);
  const diagnostics = unseen.map(([id, span]) => diagnose('ref-behind-columns', { name: nameInId(id) }, { span, node }));
  return { value: finished.text, diagnostics: [...session.warnings, ...diagnostics, ...finished.diagnostics] };
}
