/** What the script of the site reads beside the pages: rows of plain values, written once for all pages. */

/** Where words stand that many rows share. */
export interface SiteIndex {
  readonly project: string;
  readonly kinds: readonly string[];
  readonly forms: readonly string[];
  readonly tags: readonly string[];
  readonly groups: readonly string[];
  readonly nodes: readonly NodeRow[];
  /** For each node the nodes that read it, tests left out. */
  readonly children: readonly (readonly number[])[];
}

/** Label, kind, page, file, name with its folders (`/` between), form, verdict, tags, first line of the description, group or -1. */
export type NodeRow = readonly [
  label: string,
  kind: number,
  page: string,
  path: string,
  fqn: string,
  form: number,
  verdict: number,
  tags: readonly number[],
  description: string,
  group: number,
];

/** The names of the columns of each node. */
export type SiteColumns = readonly (readonly string[])[];

/** All that is said of nodes and columns, each text once: what many columns hand on is written in one place. */
export interface SiteWords {
  readonly texts: readonly string[];
  /** For each node the number of its text, and of that of each column; -1 where nothing is said. Columns stop at the last that has one. */
  readonly said: readonly (readonly number[])[];
}

/** Five lists, as differences, with a number for each edge: node and column that it comes from, node and column that it goes into, kind. */
export interface SiteLineage {
  readonly kinds: readonly string[];
  readonly edges: readonly (readonly number[])[];
}

export interface SiteData {
  readonly index: SiteIndex;
  readonly columns: SiteColumns;
  readonly words: SiteWords;
  readonly lineage: SiteLineage;
}

export const verdicts = ['unknown', 'ok', 'warn', 'fail'] as const;

/** How far a node or test can be trusted, by what the last runs found. */
export type Verdict = (typeof verdicts)[number];
