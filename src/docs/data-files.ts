/** Makes the data that the script of the site reads. */
import { groupOf } from '../compile/group-of.ts';
import { columnsOf } from './columns.ts';
import { toDifferences } from './differences.ts';
import type { RenderMarkdown } from './markdown.ts';
import { edgeWords } from './node-columns.ts';
import { formOf } from './node-facts.ts';
import { firstLine, plainText } from './plain-text.ts';
import { titleOf, trustOf } from './site.ts';
import type { Site, SiteNode } from './site.ts';
import type { SiteColumns, SiteData, SiteIndex, SiteLineage, SiteWords } from './site-data.ts';
import { verdicts } from './site-data.ts';

/** A script for each part. As scripts they can be read from a disk, where a page may fetch nothing. */
export function* renderData(site: Site, markdown: RenderMarkdown): Generator<{ readonly path: string; readonly text: string }, void, undefined> {
  for (const [name, value] of Object.entries(collectData(site, markdown))) yield { path: `data/${name}.js`, text: `txData(${JSON.stringify(name)},${JSON.stringify(value)})\n` };
}

export function collectData(site: Site, markdown: RenderMarkdown): SiteData {
  const columns = site.listed.map((node) => (node.kind === 'exposure' ? [] : columnsOf(site, node).map(({ name }) => name)));
  const plain = (text: string): string => site.mask(plainText(markdown, text));
  return {
    index: collectIndex(site, plain),
    columns: columns.map((names) => names.map(site.mask)),
    words: collectWords(site, plain),
    lineage: collectLineage(site, columns),
  };
}

/** Numbers words as they come. */
function numbering(): { readonly words: string[]; readonly of: (word: string) => number } {
  const words: string[] = [];
  const numbers = new Map<string, number>();
  const of = (word: string): number => {
    const known = numbers.get(word);
    if (known !== undefined) return known;
    numbers.set(word, words.length);
    words.push(word);
    return words.length - 1;
  };
  return { words, of };
}

/** Letters of a description that stand beside a name. */
const longestLine = 140;

function collectIndex(site: Site, plain: (text: string) => string): SiteIndex {
  const { mask } = site;
  const [kinds, forms, tags, groups] = [numbering(), numbering(), numbering(), numbering()];
  const positions = new Map(site.listed.map(({ id }, at) => [id, at]));
  const nodes = site.listed.map(({ label, kind, page, node, id }: SiteNode) => {
    const group = groupOf(node);
    const verdict = verdicts.indexOf(trustOf(site, { id, kind }));
    const said = [...node.tags].map((tag) => tags.of(mask(tag)));
    const line = firstLine(plain(node.description), longestLine);
    return [label, kinds.of(kind), page, mask(node.path), mask(node.fqn.slice(1).join('/')), forms.of(formOf(node)), verdict, said, line, group === undefined ? -1 : groups.of(mask(group))] as const;
  });
  const children = site.listed.map(({ id }) => site.childrenOf(id).flatMap((child) => positions.get(child.id) ?? []));
  return { project: mask(site.input.graph.project), kinds: kinds.words, forms: forms.words, tags: tags.words, groups: groups.words, nodes, children };
}

function collectWords(site: Site, plain: (text: string) => string): SiteWords {
  const texts = numbering();
  const numbers = new Map<string, number>([['', -1]]);
  const of = (source: string): number => {
    const known = numbers.get(source);
    if (known !== undefined) return known;
    const text = plain(source);
    const number = text === '' ? -1 : texts.of(text);
    numbers.set(source, number);
    return number;
  };
  const said = site.listed.map((page) => {
    const columns = page.kind === 'exposure' ? [] : columnsOf(site, page).map(({ description }) => of(description));
    const last = columns.findLastIndex((number) => number >= 0);
    return [of(wordsOf(page)), ...columns.slice(0, last + 1)];
  });
  return { texts: texts.words, said };
}

/** What people wrote of a node: a source has words of its own, and of what it belongs to; an exposure a name for people. */
function wordsOf(page: SiteNode): string {
  const { node } = page;
  const shared = node.resourceType === 'source' ? node.sourceDescription : '';
  const title = titleOf(page) === page.label ? '' : titleOf(page);
  return [title, node.description, shared].filter((text) => text !== '').join('\n\n');
}

function collectLineage(site: Site, columns: SiteColumns): SiteLineage {
  const kinds = numbering();
  const edges: [number[], number[], number[], number[], number[]] = [[], [], [], [], []];
  const { fold } = site.input;
  const positions = new Map(site.listed.map(({ id }, at) => [id, at]));
  const places = columns.map((names) => new Map(names.map((name, at) => [fold(name), at])));
  for (const [to, { node }] of site.listed.entries()) {
    for (const [toColumn, column] of (columns[to] ?? []).entries()) {
      for (const { from, kind } of site.columnEdges?.into({ node: node.id, column }) ?? []) {
        const origin = positions.get(from.node);
        const fromColumn = origin === undefined ? undefined : places[origin]?.get(fold(from.column));
        if (origin !== undefined && fromColumn !== undefined) {
          for (const [at, number] of [origin, fromColumn, to, toColumn, kinds.of(edgeWords[kind])].entries()) edges[at]?.push(number);
        }
      }
    }
  }
  return { kinds: kinds.words, edges: edges.map(toDifferences) };
}
