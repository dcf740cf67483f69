/** Finds the columns of the inputs that hold personal values, and makes such values up. */
import type { ColumnRef } from '../../analyze/column-graph.ts';
import type { CompiledModel, NodeId } from '../../compile/compiled.ts';
import { maskedType, originKey } from '../../generate/unit-test/mask.ts';
import type { MaskedType, Masker } from '../../generate/unit-test/mask.ts';
import type { Origin, Origins } from '../../generate/unit-test/origins.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { SampledInput, TextRow } from './sampled-rows.ts';

/** The columns of the inputs that a person's data is in. */
export function personalInputs(
  isPersonal: (column: ColumnRef) => boolean,
  reads: readonly NodeId[],
  inputs: readonly SampledInput[],
): readonly Origin[] {
  return reads.flatMap((node, input) =>
    (inputs[input]?.columns ?? []).flatMap(({ name }) => (isPersonal({ node, column: name }) ? [{ input, column: name }] : [])),
  );
}

/** What comes to a personal column of the model unchanged, as far as its text tells. */
export function personalBelow(
  { loaded, model }: { readonly loaded: LoadedGraph; readonly model: CompiledModel },
  origins: Origins,
  query: Parameters<Origins['ofQuery']>[0],
): readonly Origin[] {
  const { foldIdentifier: fold } = loaded.engine.dialect;
  const marked = new Set(model.columns.filter(({ pii }) => pii !== undefined && pii !== false).map(({ name }) => fold(name)));
  return [...origins.ofQuery(query, [])].flatMap(([name, found]) => (marked.has(fold(name)) ? found : []));
}

export interface MaskedRows {
  readonly rows: readonly (readonly TextRow[])[];
  /** Columns with made-up values. */
  readonly masked: ReadonlySet<string>;
}

export function maskRows(
  inputs: readonly SampledInput[],
  rows: readonly (readonly TextRow[])[],
  masker: Masker,
  isMasked: (column: Origin) => boolean,
): MaskedRows {
  const masked = new Set<string>();
  const types = inputs.map(({ columns }, input) =>
    columns.map(({ name, type }) => {
      if (!isMasked({ input, column: name })) return undefined;
      masked.add(originKey({ input, column: name }));
      return maskedType(type);
    }),
  );
  const each = (act: (value: string | null, type: MaskedType) => string | null): readonly (readonly TextRow[])[] =>
    rows.map((some, input) =>
      some.map((row) =>
        row.map((value, at) => {
          const type = types[input]?.[at];
          return type === undefined ? value : act(value, type);
        }),
      ),
    );
  each((value, type) => {
    masker.meet(value, type);
    return value;
  });
  return { rows: each((value, type) => masker.mask(value, type)), masked };
}
