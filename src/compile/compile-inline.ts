/** Compiles a query that is in no file, such as one given on the command line. */
import type { Relation } from '../adapter/relation.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { inlineQuery } from '../diagnostics/codes/template-queries.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import { parseTemplate } from '../parse/parse-template.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import type { CompilePorts } from './compile-project.ts';
import type { EarlierCompile } from './earlier.ts';
import type { EnvironmentInput } from './environment.ts';
import { FileEnvironment, shareEnvironment } from './environment.ts';
import { checkChain, injectEphemerals } from './ephemeral.ts';
import { Asker, Facts } from './facts.ts';
import { JsModules, ModuleNeeded } from './js-modules.ts';
import { nameInId } from './naming.ts';
import { NodeIndex } from './node-index.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import type { SessionOptions } from './session.ts';
import { Session } from './session.ts';
import { relationValue } from './values.ts';

export interface InlineInput extends Pick<EnvironmentInput, 'project' | 'dialect' | 'flagVars'> {
  /** The project, compiled. */
  readonly earlier: EarlierCompile;
  readonly broken: ReadonlySet<NodeId>;
}

/** A text of a node that is rendered once more, now that it is known which columns others have. */
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

/** Compiles `source` like a model that may refer to everything; or a text of a node `again`, without the ephemeral models before it. */
export async function compileInline(
  source: SourceFile,
  input: InlineInput,
  ports: CompilePorts,
  again?: RenderAgain,
): Promise<Outcome<CompiledText>> {
  const { earlier, project, dialect } = input;
  const facts = new Facts(earlier);
  const modules = new JsModules(ports.js, { get: earlier.text });
  const lost = { any: false, names: new Set<string>(), sources: false };
  const environment = shareEnvironment({ project, dialect, flagVars: input.flagVars, facts, modules, lost });
  const asker = new Asker(facts);
  const parsed = parseTemplate(source);
  for (;;) {
    const session = new Session({
      environment: new FileEnvironment(asker, environment),
      resolver: new NodeIndex(asker, project.name),
      ...(again === undefined ? { isIncremental: false, place: inlineQuery } : optionsOf(again, dialect)),
    });
    try {
      const rendered = renderTemplate(parsed.value, session);
      const diagnostics = [...parsed.diagnostics, ...session.diagnostics];
      if (diagnostics.length > 0) return { value: rendered, diagnostics };
      return again === undefined
        ? finish(rendered, session, { ...input, asker, path: source.path })
        : finishAgain(rendered, session, again, source.path);
    } catch (cause) {
      if (!(cause instanceof ModuleNeeded)) throw cause;
      await modules.load(cause.path);
    }
  }
}

function optionsOf(
  { node, relation, isIncremental, columnsOf, what }: RenderAgain,
  dialect: InlineInput['dialect'],
): Omit<SessionOptions, 'environment' | 'resolver'> {
  const self = relation === undefined ? undefined : relationValue(dialect.relation(relation), node);
  return { node, self, isIncremental, place: what, takesColumns: true, columnsOf };
}

/** What it refers to now must have been found without columns: the order of the graph rests on it. */
function finishAgain(
  rendered: CompiledText,
  session: Session,
  { node, what, dependsOn }: RenderAgain,
  path: string,
): Outcome<CompiledText> {
  const finished = finishQuery(rendered, { what, node, path });
  const unseen = [...session.dependencies].filter(([id]) => !dependsOn.has(id) && id !== node);
  const diagnostics = unseen.map(([id, span]) => diagnose('ref-behind-columns', { name: nameInId(id) }, { span, node }));
  return { value: finished.text, diagnostics: [...session.warnings, ...diagnostics, ...finished.diagnostics] };
}

interface FinishInput extends InlineInput {
  readonly asker: Asker;
  readonly path: string;
}

function finish(rendered: CompiledText, session: Session, { asker, dialect, broken, path }: FinishInput): Outcome<CompiledText> {
  const finished = finishQuery(rendered, { what: inlineQuery, node: undefined, path });
  if (finished.diagnostics.length > 0) return { value: finished.text, diagnostics: finished.diagnostics };
  const needs = [...session.dependencies.keys()];
  const diagnostics = needs.flatMap((id): readonly Diagnostic[] => {
    const body = broken.has(id) ? asker.getIfThere('body', id) : undefined;
    return body === undefined ? [] : [diagnose('broken-ref', { name: body.name }, { span: session.dependencies.get(id) })];
  });
  const chain = checkChain(session.dependencies, asker, undefined);
  return { value: injectEphemerals(finished.text, needs, { asker, dialect }), diagnostics: [...diagnostics, ...chain.diagnostics] };
}
