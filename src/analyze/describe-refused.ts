/** Tells all that can be told of a query that does not bind. */
import type { Binder, BindRequest } from '../adapter/analysis.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { CompiledText } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { AnalyzeInput, AnalyzePorts } from './analyze-input.ts';
import { checkNames } from './check-shape.ts';
import { describeMisfits, describeRefusal, findCertain } from './describe-binding.ts';
import { findFurtherErrors } from './find-further-errors.ts';
import { locateError } from './locate-error.ts';
import { lookInside } from './look-inside.ts';
import type { QueryNode } from './waves.ts';

/** The error where it is, with what is near it there. */
async function placeError(binder: Binder, request: BindRequest, error: EngineErrorDetails): Promise<EngineErrorDetails> {
  return lookInside(binder, request, await locateError(binder, request, error));
}

function withNote(last: Diagnostic): Diagnostic {
  return { ...last, notes: [...last.notes, { message: 'there may be more in this query: they are told once these are mended' }] };
}

/** All that can be told of a query that does not bind. */
export async function describeRefused(
  input: AnalyzeInput,
  ports: AnalyzePorts,
  { node, text }: { readonly node: QueryNode; readonly text: CompiledText },
  request: BindRequest,
  refusal: EngineErrorDetails,
): Promise<readonly Diagnostic[]> {
  const error = await placeError(ports.binder, request, refusal);
  const further = await findFurtherErrors(ports.binder, request, error, (other) => findCertain(input, ports, node, text, other));
  const more: EngineErrorDetails[] = [];
  for (const other of further.errors) more.push(await placeError(ports.binder, request, other));
  const repeated = further.columns.filter(({ duplicateOf }) => duplicateOf !== undefined);
  const told = [error, ...more].map((other) => describeRefusal(input, node, text, other));
  return [
    ...(further.isCut ? told.map((one, at) => (at < told.length - 1 ? one : withNote(one))) : told),
    ...describeMisfits(input, node, text, further.misfits),
    ...(node.resourceType === 'model' && repeated.length > 0 ? checkNames(node, text, further.columns, 'repeated') : []),
  ];
}
