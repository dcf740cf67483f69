/** Where models stand: their folders, and the layer that one of these names. */
import type { CompiledModel } from '../compile/compiled.ts';
import type { LintSettings } from '../project/read-lint.ts';

/** The folders of a model, outermost first. */
export function foldersOf({ fqn, version }: CompiledModel): readonly string[] {
  return fqn.slice(1, version === undefined ? -1 : -2);
}

/** The number of the layer, and its folder. */
export interface Layer {
  readonly index: number;
  readonly folder: string;
}

export function layerOf(model: CompiledModel, { layers }: LintSettings): Layer | undefined {
  for (const folder of foldersOf(model)) {
    const index = layers.indexOf(folder);
    if (index !== -1) return { index, folder };
  }
  return undefined;
}
