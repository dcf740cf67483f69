/** Says on the user's own line why a text is not exactly one query. */
import type { QueryProblem } from '../adapter/analysis.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { embed } from '../adapter/statement.ts';
import { placeInCompiled } from '../compile/compiled-excerpt.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import { unreachable } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';

export interface QueryOrigin {
  readonly id: NodeId;
  readonly path: string;
  /** `a model`, `a test`. */
  readonly what: string;
  /** Word for the engine in messages. */
  readonly engine: string;
}

export function describeQueryProblem({ id, path, what, engine }: QueryOrigin, text: CompiledText, problem: QueryProblem): Diagnostic {
  const at = (position: number | undefined, length = 1): Where => {
    const place = position === undefined ? undefined : placeInCompiled(text, position, length);
    return { node: id, span: place?.span ?? { path, start: 0, end: 0 }, excerpt: place?.excerpt, notes: place?.notes ?? [] };
  };
  switch (problem.kind) {
    case 'empty':
      return diagnose('empty-model', { what }, at(undefined));
    case 'several-statements':
      return diagnose('several-statements', { what }, at(problem.position));
    case 'not-a-select':
      return diagnose('not-a-select', { what, statement: problem.statement }, at(problem.position, problem.statement.length));
    case 'dynamic':
      return diagnose('dynamic-query', { feature: problem.feature }, at(problem.position));
    case 'syntax': {
      const { message, mistake } = problem;
      const kind = problem.meaningless === true ? 'meaningless' : 'syntax';
      const details: EngineErrorDetails = {
        kind,
        message,
        redacted: message,
        retry: 'never',
        ...(mistake === undefined ? {} : { mistake }),
      };
      const statement = embed('', { node: id, sql: text.sql });
      const origin = { node: id, text, span: { path, start: 0, end: 0 }, compiledPath: undefined };
      return engineDiagnostic(
        problem.position === undefined ? details : { ...details, position: problem.position },
        engine,
        statement,
        origin,
      );
    }
    default:
      return unreachable(problem);
  }
}
