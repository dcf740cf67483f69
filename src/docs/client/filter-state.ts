/** What a list is narrowed down to, kept in the address so that it can be linked. */

export const facets = ['kind', 'folder', 'tag', 'owner', 'status', 'change'] as const;

export type Facet = (typeof facets)[number];

export interface FilterState {
  /** Part of a name or description. */
  readonly text: string;
  readonly chosen: Readonly<Partial<Record<Facet, string>>>;
}

/** In a site of one file the part behind `#` names the page as well. An anchor of the page narrows nothing down. */
export function readFilters(hash: string): FilterState {
  const fields = new URLSearchParams(hash.replace(/^#(?:nodes(?::|$))?/, ''));
  const chosen: Partial<Record<Facet, string>> = {};
  for (const facet of facets) {
    const value = fields.get(facet) ?? '';
    if (value !== '') chosen[facet] = value;
  }
  return { text: (fields.get('text') ?? '').trim(), chosen };
}

export function writeFilters({ text, chosen }: FilterState, isSingle: boolean): string {
  const fields = new URLSearchParams();
  if (text !== '') fields.set('text', text);
  for (const facet of facets) {
    const value = chosen[facet];
    if (value !== undefined) fields.set(facet, value);
  }
  return `#${isSingle ? 'nodes:' : ''}${fields.toString()}`;
}

/** What a row says of its node. */
export interface FilterRow {
  /** In small letters. */
  readonly text: string;
  readonly values: Readonly<Record<Facet, readonly string[]>>;
}

/** Every word must be found, and every facet that is chosen must have the value; a folder has those of the folders in it. */
export function passes({ text, values }: FilterRow, state: FilterState): boolean {
  const words = state.text.toLowerCase().split(/\s+/);
  if (!words.every((word) => text.includes(word))) return false;
  return facets.every((facet) => {
    const wanted = state.chosen[facet];
    if (wanted === undefined) return true;
    return values[facet].some((value) => value === wanted || (facet === 'folder' && value.startsWith(`${wanted}/`)));
  });
}

/** The values to choose from, sorted, each folder with those above it; none where there is but one. */
export function choicesOf(rows: readonly FilterRow[], facet: Facet): readonly string[] {
  const found = new Set<string>();
  for (const { values } of rows) {
    for (const value of values[facet]) {
      found.add(value);
      if (facet !== 'folder') continue;
      for (let end = value.lastIndexOf('/'); end > 0; end = value.lastIndexOf('/', end - 1)) found.add(value.slice(0, end));
    }
  }
  // One value may still be one that most rows do not have.
  const isEverywhere = found.size === 1 && rows.every(({ values }) => values[facet].length > 0);
  return isEverywhere ? [] : [...found].sort();
}
