/** Finds variables of the command line that nothing in a project reads or sets. */

const LITERAL = /\bvar\s+(?:"([^"]*)"|'([^']*)')/g;
const COMPUTED = /\bvar\s+[^\s"']/;
const COMMENT = /\{\{~?!--.*?--~?\}\}|\{\{~?!.*?\}\}/gs;
/** A tag: what stands in quotes ends none. */
const TAG = /\{\{(?:"[^"]*"|'[^']*'|\}(?!\})|\{(?!\{)|[^{}"'])*\}\}/g;

/** Texts in which variables may be read. */
export interface VariableTexts {
  /** Of project.yaml. */
  readonly settings: string;
  /** Of property files, which stand among all texts too. */
  readonly properties: readonly string[];
  readonly texts: readonly string[];
  /** Of JavaScript, which is given all variables: it reads those that it mentions. */
  readonly helpers: readonly string[];
}

export interface UnusedVariables {
  readonly names: readonly string[];
  /** What is read, for messages. */
  readonly known: readonly string[];
}

export const noneUnused: UnusedVariables = Object.freeze({ names: [], known: [] });

/** Those of `names` that are not read; none where a template works out which one it reads. */
export function findUnusedVariables(names: readonly string[], { settings, properties, texts, helpers }: VariableTexts): UnusedVariables {
  if (names.length === 0) return noneUnused;
  const all = [settings, ...texts];
  const { known, isComputed } = readVariables(all);
  if (isComputed) return noneUnused;
  const unused = names.filter(
    (name) =>
      !known.includes(name) &&
      !helpers.some((text) => text.includes(name)) &&
      !all.some((text) => text.includes(`vars.${name}`)) &&
      !settings.includes(`${name}:`) &&
      !properties.some((text) => text.includes('vars:') && text.includes(`${name}:`)),
  );
  return { names: unused, known };
}

/** The variables that `texts` read by name. */
export function readVariables(texts: readonly string[]): { readonly known: readonly string[]; readonly isComputed: boolean } {
  const tags = texts.flatMap(tagsOf);
  const known = new Set(tags.flatMap((tag) => [...tag.matchAll(LITERAL)].map(([, double, single]) => double ?? single ?? '')));
  return { known: [...known], isComputed: tags.some((tag) => COMPUTED.test(tag)) };
}

/** Prose may speak of variables: only what stands in the tags of templates reads them. */
function tagsOf(text: string): readonly string[] {
  // Most texts have none, and the expressions are slower than this.
  if (!text.includes('{{')) return [];
  return text.replaceAll(COMMENT, '').match(TAG) ?? [];
}
