/** Finds the columns of the inputs that hold personal values, and makes such values up. */
import type { CompiledModel, NodeId } from '../../compile/compiled.ts';
import { Masker, maskedKind, originKey } from '../../generate/unit-test/mask.ts';
import type { Origin, Origins } from '../../generate/unit-test/origins.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { relationOf } from './find-inputs.ts';
import type { SampledInput, TextRow } from './sampled-rows.ts';

/** Those that are marked where they are read. */
export function personalInputs(loaded: LoadedGraph, reads: readonly NodeId[], inputs: readonly SampledInput[]): readonly Origin[] {
  const { foldIdentifier: fold } = loaded.engine.dialect;
  return reads.flatMap((id, input) => {
    const node = relationOf(loaded.graph.nodes.get(id), id);
    const marked = new Set(node.columns.filter(isPersonal).map(({ name }) => fold(name)));
    return (inputs[input]?.columns ?? []).flatMap(({ name }) => (marked.has(fold(name)) ? [{ input, column: name }] : []));
  });
}

/** What comes to a personal column of the model unchanged. */
export function personalBelow(
  { loaded, model }: { readonly loaded: LoadedGraph; readonly model: CompiledModel },
  origins: Origins,
  query: Parameters<Origins['ofQuery']>[0],
): readonly Origin[] {
  const { foldIdentifier: fold } = loaded.engine.dialect;
  const marked = new Set(model.columns.filter(isPersonal).map(({ name }) => fold(name)));
  return [...origins.ofQuery(query, [])].flatMap(([name, found]) => (marked.has(fold(name)) ? found : []));
}

export function maskRows(
  inputs: readonly SampledInput[],
  rows: readonly (readonly TextRow[])[],
  marks: ReadonlySet<string>,
): { readonly rows: readonly (readonly TextRow[])[]; readonly masked: ReadonlySet<string> } {
  const masker = new Masker();
  const masked = new Set<string>();
  const made = rows.map((some, input) => {
    const columns = inputs[input]?.columns ?? [];
    const kinds = columns.map(({ name, type }) => (marks.has(originKey({ input, column: name })) ? maskedKind(type) : undefined));
    for (const [at, { name }] of columns.entries()) if (kinds[at] !== undefined) masked.add(originKey({ input, column: name }));
    return some.map((row) =>
      row.map((value, at) => {
        const kind = kinds[at];
        return kind === undefined ? value : masker.mask(value, kind);
      }),
    );
  });
  return { rows: made, masked };
}

function isPersonal({ pii }: { readonly pii?: boolean | string }): boolean {
  return pii !== undefined && pii !== false;
}
