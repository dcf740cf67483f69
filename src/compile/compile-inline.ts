/** Compiles a query that is in no file, such as one given on the command line. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { inlineQuery } from '../diagnostics/codes/template-queries.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import { parseTemplate } from '../parse/parse-template.ts';
import type { Template } from '../parse/template.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import type { CompilePorts } from './compile-project.ts';
import type { EarlierCompile } from './earlier.ts';
import type { EnvironmentInput } from './environment.ts';
import { FileEnvironment, shareEnvironment } from './environment.ts';
import { checkChain, injectEphemerals } from './ephemeral.ts';
import { Asker, Facts } from './facts.ts';
import { JsModules, ModuleNeeded } from './js-modules.ts';
import { NodeIndex } from './node-index.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import { Session } from './session.ts';

export interface InlineInput extends Pick<EnvironmentInput, 'project' | 'dialect' | 'flagVars'> {
  /** The project, compiled. */
  readonly earlier: EarlierCompile;
  readonly broken: ReadonlySet<NodeId>;
}

/** What the text is rendered with, and what becomes of it. May be run several times. */
export type RenderInline<T> = (context: InlineContext) => Outcome<T>;

export interface InlineContext {
  readonly template: Template;
  readonly environment: FileEnvironment;
  readonly index: NodeIndex;
  readonly asker: Asker;
}

/** Compiles `source` like a model that may refer to everything. */
export function compileInline(source: SourceFile, input: InlineInput, ports: CompilePorts): Promise<Outcome<CompiledText>> {
  return renderInline(source, input, ports, ({ template, environment, index, asker }) => {
    const session = new Session({ environment, resolver: index, isIncremental: false, place: inlineQuery });
    const rendered = renderTemplate(template, session);
    const { diagnostics } = session;
    if (diagnostics.length > 0) return { value: rendered, diagnostics };
    return finish(rendered, session, { ...input, asker, path: source.path });
  });
}

/** Renders a text with all that a file of the project has, loading the JavaScript that it turns out to need. */
export async function renderInline<T>(
  source: SourceFile,
  input: InlineInput,
  ports: CompilePorts,
  render: RenderInline<T>,
): Promise<Outcome<T>> {
  const { earlier, project, dialect } = input;
  const facts = new Facts(earlier);
  const modules = new JsModules(ports.js, { get: earlier.text });
  const lost = { any: false, names: new Set<string>(), sources: false };
  const environment = shareEnvironment({ project, dialect, flagVars: input.flagVars, facts, modules, lost });
  const asker = new Asker(facts);
  const parsed = parseTemplate(source);
  for (;;) {
    try {
      const { value, diagnostics } = render({
        template: parsed.value,
        environment: new FileEnvironment(asker, environment),
        index: new NodeIndex(asker, project.name),
        asker,
      });
      return { value, diagnostics: [...parsed.diagnostics, ...diagnostics] };
    } catch (cause) {
      if (!(cause instanceof ModuleNeeded)) throw cause;
      await modules.load(cause.path);
    }
  }
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
