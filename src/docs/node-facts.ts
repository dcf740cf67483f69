/** The short facts at the head of a page: what it is, whether it can be trusted, who answers for it. */
import { groupOf } from '../compile/group-of.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Owner } from '../parse/definitions.ts';
import { keysOf } from './columns.ts';
import { html, own } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import { timeOf, verdictBadge } from './page.ts';
import type { PageContext } from './page.ts';
import { countText, durationText } from './quantities.ts';
import { lastBuild, trustOf, verdictOf } from './site.ts';
import type { Site, SiteNode } from './site.ts';

type Fact = readonly [string, HtmlValue] | undefined;

/** `materialized` of a model, and what stands for it elsewhere. */
export function formOf(node: GraphNode): string {
  switch (node.resourceType) {
    case 'model':
      return node.config.materialized;
    case 'source':
      return node.location === undefined ? 'table' : 'file';
    case 'exposure':
      return node.type;
    case 'snapshot':
      return node.config.strategy;
    case 'seed':
      return 'file';
    case 'test':
      return node.test.kind === 'generic' ? node.test.check : 'query';
    case 'unit_test':
      return 'unit test';
  }
}

function ownerText({ name, email }: Owner): string {
  if (name !== undefined && email !== undefined) return `${name} <${email}>`;
  return name ?? email ?? '';
}

export function renderFacts(context: PageContext, page: SiteNode): Html {
  const { site } = context;
  const { node } = page;
  const standing = site.input.catalog.get(page.id);
  const build = lastBuild(site, page.id);
  const fresh = site.input.freshness.get(page.id);
  const keys = keysOf(site, page);
  const [grain] = keys;
  const facts: readonly Fact[] = [
    node.resourceType === 'exposure' && node.label !== undefined ? ['Name', html`<code>${page.label}</code>`] : undefined,
    ['Trust', verdictBadge(trustOf(site, page))],
    'relation' in node ? ['In the database', html`<code>${node.relation.schema}.${node.relation.name}</code>`] : undefined,
    node.resourceType === 'model' && node.config.external !== undefined ? ['Kept in', html`<code>${node.config.external.location}</code>`] : undefined,
    node.resourceType === 'source' && node.location !== undefined && (site.input.code || !node.location.includes('(')) ? ['Read from', html`<code>${node.location}</code>`] : undefined,
    rowsFact(node, standing?.rows),
    grain === undefined ? undefined : ['One row per', grain.map((column, at) => html`${at > 0 ? ', ' : ''}<code>${column}</code>`)],
    build === undefined
      ? undefined
      : ['Last built', html`${timeOf(build.startedAt)} ${build.status === 'success' ? '' : verdictBadge(verdictOf(build.status), build.status)}`],
    build === undefined ? undefined : ['Took', own(durationText(build.durationMs))],
    fresh === undefined ? undefined : ['Freshness', verdictBadge(verdictOf(fresh.status), fresh.status === 'pass' ? 'fresh' : fresh.status)],
    fresh?.loadedAt === undefined ? undefined : ['Newest row', timeOf(fresh.loadedAt)],
    ...people(context, node),
    ...(node.resourceType === 'model' && node.config.access !== 'protected' ? [['Access', own(node.config.access)] as const] : []),
  ];
  return html`<dl class="facts">
${facts.map((fact) => (fact === undefined ? undefined : html`<div><dt>${own(fact[0])}</dt><dd>${fact[1]}</dd></div>\n`))}</dl>`;
}

/** What an increment counted are the rows that it brought. */
function rowsFact(node: GraphNode, rows: number | undefined): Fact {
  if (rows === undefined) return undefined;
  return [node.resourceType === 'model' && node.config.materialized === 'incremental' ? 'Rows of the last build' : 'Rows', own(countText(rows))];
}

function people({ site }: PageContext, node: GraphNode): readonly Fact[] {
  if (node.resourceType === 'exposure') {
    const owner = ownerOf(site, node);
    return [
      owner === '' ? undefined : ['Owner', owner],
      node.maturity === undefined ? undefined : ['Maturity', node.maturity],
      node.url !== undefined && /^https?:/i.test(node.url)
        ? ['Address', html`<a href="${site.mask(node.url)}" rel="noopener noreferrer">${node.url}</a>`]
        : undefined,
    ];
  }
  const name = groupOf(node);
  const owner = ownerOf(site, node);
  return [owner === '' ? undefined : ['Owner', owner], name === undefined ? undefined : ['Group', name]];
}

/** Who answers for a node: what its `meta` says, or else its group; empty where nobody does. */
export function ownerOf({ input }: Site, node: GraphNode): string {
  if (node.resourceType === 'exposure') return ownerText(node.owner);
  const meta = 'config' in node && 'meta' in node.config ? node.config.meta['owner'] : undefined;
  if (typeof meta === 'string') return meta;
  const name = groupOf(node);
  const group = name === undefined ? undefined : input.graph.groups.find((entry) => entry.name === name);
  return group === undefined ? '' : ownerText(group.owner);
}
