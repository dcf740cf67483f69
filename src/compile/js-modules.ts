/** The JavaScript files of a project: loaded when they have changed, or when a template calls what they export. */
import { bug } from '../diagnostics/bug.ts';
import type { FileTexts } from './hooks.ts';
import type { JsModuleLoader, LoadedHelpers } from './js-helpers.ts';
import { loadJsHelpers } from './js-helpers.ts';
import type { JsFunction } from './session.ts';

/** Thrown where a template calls a helper whose file is not loaded: the file is loaded, and the template rendered again. */
export class ModuleNeeded extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} is not loaded`);
    this.path = path;
  }
}

export class JsModules {
  readonly #loader: JsModuleLoader;
  readonly #texts: FileTexts;
  readonly #loaded = new Map<string, LoadedHelpers>();

  constructor(loader: JsModuleLoader, texts: FileTexts) {
    this.#loader = loader;
    this.#texts = texts;
  }

  /** Loads a file once. One after the other: modules print and fail in a stable order. */
  async load(path: string): Promise<LoadedHelpers> {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known;
    const loaded = await loadJsHelpers({ path, text: this.#texts.get(path) ?? '' }, this.#loader);
    this.#loaded.set(path, loaded);
    return loaded;
  }

  /** A helper that `path` is known to export. */
  helper(name: string, path: string): JsFunction {
    const loaded = this.#loaded.get(path);
    if (loaded === undefined) throw new ModuleNeeded(path);
    // A file that is as it was exports what it did, or does something else each time: then its users are told.
    return loaded.functions.find((helper) => helper.name === name) ?? bug(`${path} does not export ${name} any more`);
  }
}
