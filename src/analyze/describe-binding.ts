/** Turns what the binder says of a query into diagnostics on the user's own lines. */
import { textPath } from '../compile/text-path.ts';
import type { TypeMisfit } from '../adapter/analysis.ts';
import type { EngineErrorDetails, EngineErrorKind } from '../adapter/engine-error.ts';
import { embed } from '../adapter/statement.ts';
import type { CompiledText } from '../compile/compiled.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { AnalyzeInput, AnalyzePorts } from './analyze-input.ts';
import type { QueryNode } from './waves.ts';

/** What the binder refuses whatever stands in the target. */
const alwaysWrong: ReadonlySet<EngineErrorKind> = new Set(['syntax', 'unknown-column', 'type-mismatch', 'ambiguous', 'conversion']);

/**
 * Whether the target would refuse it too. A name that the project does not make may stand in the target, unless somebody looked;
 * functions and types may be made by hand there, or by a hook.
 */
export async function isCertain(
  { hooks }: AnalyzeInput,
  { catalog }: AnalyzePorts,
  node: QueryNode,
  { kind }: EngineErrorDetails,
): Promise<boolean> {
  if (alwaysWrong.has(kind)) return true;
  if (kind !== 'unknown-relation' && kind !== 'unknown-function') return false;
  if (hooks || (node.resourceType !== 'test' && node.preHooks.length > 0)) return false;
  const standing = await catalog();
  return standing !== undefined && (kind === 'unknown-relation' || standing.length === 0);
}

export function describeRefusal(
  { engine, compiledPath }: AnalyzeInput,
  node: QueryNode,
  text: CompiledText,
  error: EngineErrorDetails,
): Diagnostic {
  return engineDiagnostic(error, engine, embed('', { node: node.id, sql: text.sql }), {
    node: node.id,
    text,
    span: node.resourceType === 'snapshot' ? node.span : { path: node.path, start: 0, end: 0 },
    compiledPath: compiledPath(textPath(node)),
  });
}

/** Values that would fail the query with the first one that is not NULL. */
export function describeMisfits(
  input: AnalyzeInput,
  node: QueryNode,
  text: CompiledText,
  misfits: readonly TypeMisfit[],
): readonly Diagnostic[] {
  return misfits.map(({ from, to, position }) => {
    const message = `values of type \`${from}\` cannot become \`${to}\``;
    const details: EngineErrorDetails = { kind: 'type-mismatch', message, redacted: message, retry: 'never' };
    return describeRefusal(input, node, text, position === undefined ? details : { ...details, position });
  });
}
