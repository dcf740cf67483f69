/** Compiles a query that is in no file, such as one given on the command line. */
import type { Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import { parseTemplate } from '../parse/parse-template.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import { chainProblems, injectEphemerals } from './ephemeral.ts';
import { compileModels } from './models.ts';
import { finishQuery } from './query-text.ts';
import { renderTemplate } from './render.ts';
import { Session } from './session.ts';
import type { CompileInput, CompilePorts } from './workspace.ts';
import { prepareWorkspace } from './workspace.ts';

/** Compiles `source` like a model that may refer to everything. Problems of other files are not repeated. */
export async function compileInline(source: SourceFile, input: CompileInput, ports: CompilePorts): Promise<Outcome<CompiledText>> {
  const parsed = parseTemplate(source);
  const diagnostics: Diagnostic[] = [...parsed.diagnostics];
  const workspace = await prepareWorkspace(input, ports);
  const { environment, index, describe, texts } = workspace;
  const session = new Session({ environment, resolver: index, isIncremental: false, place: 'an inline query' });
  const rendered = renderTemplate(parsed.value, session);
  diagnostics.push(...session.diagnostics);
  if (diagnostics.length > 0) return { value: rendered, diagnostics };
  const finished = finishQuery(rendered, { what: 'an inline query', node: undefined, path: source.path });
  const needs = [...session.dependencies.keys()];
  const isEphemeral = (id: NodeId): boolean =>
    workspace.drafts.models.some((draft) => draft.id === id && draft.config.materialized === 'ephemeral');
  if (finished.diagnostics.length > 0 || !needs.some(isEphemeral)) return { value: finished.text, diagnostics: finished.diagnostics };
  const broken = new Set<NodeId>();
  const drafts = workspace.drafts.models.filter((draft) => draft.config.materialized === 'ephemeral');
  const { ephemerals } = compileModels(drafts, {
    environment,
    dialect: input.dialect,
    resolver: index,
    texts,
    describe,
    diagnostics: [],
    broken,
  });
  for (const id of needs) {
    const body = ephemerals.get(id);
    if (body !== undefined && broken.has(id))
      diagnostics.push(diagnose('broken-ref', { name: body.name }, { span: session.dependencies.get(id) }));
  }
  diagnostics.push(...chainProblems(session.dependencies, ephemerals, undefined));
  return { value: injectEphemerals(finished.text, needs, ephemerals, input.dialect), diagnostics };
}
