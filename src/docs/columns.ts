/** The columns of a node as its page shows them: what YAML says, what the query gives, what the database has. */
import type { ColumnEdge, ColumnRef } from '../analyze/column-graph.ts';
import { inheritFrom } from '../analyze/inherited.ts';
import type { CompiledColumn } from '../compile/compiled-column.ts';
import type { Site, SiteNode, TestOfNode } from './site.ts';

export interface SiteColumn {
  readonly name: string;
  readonly type: string | undefined;
  /** Markdown: its own description, or that of the column it passes on. */
  readonly description: string;
  /** Where the description was written, when that is another node. */
  readonly inheritedFrom: ColumnRef | undefined;
  readonly tags: readonly string[];
  /** Its own, or those of the column it passes on. */
  readonly meta: CompiledColumn['meta'];
  /** Holds personal data. */
  readonly isPersonal: boolean;
  readonly isKey: boolean;
  /** Certain to have a value in every row. */
  readonly isNeverNull: boolean;
  /** Described, and in neither the query nor the database. */
  readonly isGone: boolean;
  readonly tests: readonly TestOfNode[];
  readonly from: readonly ColumnEdge[];
  readonly to: readonly ColumnEdge[];
}

function declaredColumns({ node }: SiteNode): readonly CompiledColumn[] {
  return 'columns' in node ? node.columns : [];
}

const namedColumns = new WeakMap<readonly CompiledColumn[], ReadonlyMap<string, CompiledColumn>>();

function declaredByName({ input }: Site, page: SiteNode): ReadonlyMap<string, CompiledColumn> {
  const declared = declaredColumns(page);
  const known = namedColumns.get(declared);
  if (known !== undefined) return known;
  const named = new Map(declared.map((column) => [input.fold(column.name), column]));
  namedColumns.set(declared, named);
  return named;
}

/** What is certain of the rows: columns that together name one. */
export function keysOf(site: Site, page: SiteNode): readonly (readonly string[])[] {
  const { analysis } = site.input;
  const { node } = page;
  const known = analysis?.nodes.get(node.id);
  const proven = known?.kind === 'known' ? known.proofs.unique.filter((key) => key.length > 0) : [];
  if (node.resourceType === 'model' && node.config.uniqueKey.length > 0) return [node.config.uniqueKey];
  if (node.resourceType === 'snapshot') return [[...node.config.uniqueKey, node.config.metaColumns.validFrom]];
  const tested = site.testsOf(page.id).flatMap(({ test, column }) => {
    return test.test.kind === 'generic' && test.test.check === 'unique' && column !== undefined ? [[column]] : [];
  });
  return tested.length > 0 ? tested : proven;
}

/** Coverage, data and pages ask for the same. */
const collected = new WeakMap<Site, Map<string, readonly SiteColumn[]>>();

export function columnsOf(site: Site, page: SiteNode): readonly SiteColumn[] {
  let ofSite = collected.get(site);
  if (ofSite === undefined) collected.set(site, (ofSite = new Map()));
  const known = ofSite.get(page.id);
  if (known !== undefined) return known;
  const columns = collectColumns(site, page);
  ofSite.set(page.id, columns);
  return columns;
}

function collectColumns(site: Site, page: SiteNode): readonly SiteColumn[] {
  const { fold, analysis, catalog } = site.input;
  const declared = declaredColumns(page);
  const byName = declaredByName(site, page);
  const known = analysis?.nodes.get(page.node.id);
  const standing = catalog.get(page.id)?.columns;
  const real = known?.kind === 'known' ? known.columns : standing;
  const keys = new Set(keysOf(site, page).flat().map(fold));
  const neverNull = new Set(known?.kind === 'known' ? known.proofs.notNull.map(fold) : []);
  const tests = new Map<string, TestOfNode[]>();
  for (const entry of site.testsOf(page.id)) {
    if (entry.column === undefined) continue;
    const key = fold(entry.column);
    tests.set(key, [...(tests.get(key) ?? []), entry]);
  }
  const describe = (name: string, type: string | undefined, isGone: boolean): SiteColumn => {
    const folded = fold(name);
    const said = byName.get(folded);
    const ref = { node: page.node.id, column: name };
    const own = said?.description ?? '';
    const origin = own === '' ? inherit(site, ref, ownWords) : undefined;
    const meta = said === undefined ? undefined : ownMeta(said);
    return {
      name,
      type: type ?? said?.dataType,
      description: origin?.said ?? own,
      inheritedFrom: origin?.from,
      tags: said?.tags ?? [],
      meta: meta ?? inherit(site, ref, ownMeta)?.said ?? {},
      // The same value is as personal under another name, unless somebody says otherwise.
      isPersonal: (said?.pii ?? inherit(site, ref, ({ pii }) => pii)?.said ?? false) !== false,
      isKey: keys.has(folded),
      isNeverNull: neverNull.has(folded),
      isGone,
      tests: tests.get(folded) ?? [],
      from: site.columnEdges?.into(ref) ?? [],
      to: site.columnEdges?.outOf(ref) ?? [],
    };
  };
  const columns = (real ?? []).map(({ name, type }) => describe(name, type, false));
  const there = new Set(columns.map(({ name }) => fold(name)));
  const others = declared.filter(({ name }) => !there.has(fold(name)));
  return [...columns, ...others.map(({ name, dataType }) => describe(name, dataType, real !== undefined))];
}

/** What people wrote of the column whose values this one hands on unchanged. */
function inherit<T>(site: Site, start: ColumnRef, say: (said: CompiledColumn) => T | undefined): ReturnType<typeof inheritFrom<T>> {
  return inheritFrom(site.columnEdges, start, ({ node, column }) => {
    const above = site.nodes.get(node);
    const said = above === undefined ? undefined : declaredByName(site, above).get(site.input.fold(column));
    return said === undefined ? undefined : say(said);
  });
}

const ownWords = ({ description }: CompiledColumn): string | undefined => (description === '' ? undefined : description);
const ownMeta = ({ meta }: CompiledColumn): CompiledColumn['meta'] | undefined => (Object.keys(meta).length === 0 ? undefined : meta);
