/** Finds relations of the project that a query names itself instead of asking for them. */
import type { CompiledModel, CompiledRelation } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { descendants } from '../../graph/traverse.ts';
import type { LintContext } from '../context.ts';
import type { Finding } from '../finding.ts';
import type { FromItem, ReadText } from '../../parse/sql/query.ts';
import { seenQueries } from '../../parse/sql/read-query.ts';

export function findHardCoded(context: LintContext, model: CompiledModel): readonly Finding[] {
  const text = context.queryOf(model);
  if (text === undefined) return [];
  const items = seenQueries(text.tokens, text.query).flatMap(({ query }) =>
    query.branches.flatMap((branch) => (branch.kind === 'select' ? branch.from : [])),
  );
  return items.flatMap((item) => describe(context, model, text, item) ?? []);
}

function describe(context: LintContext, model: CompiledModel, text: ReadText, { source }: FromItem): Finding | undefined {
  if (source.kind !== 'relation') return undefined;
  const { parts, range } = source.name;
  if (parts.length === 1 && text.commonNames.has(parts[0]?.toLowerCase() ?? '')) return undefined;
  const node = context.nodeNamed(source.name);
  if (node === undefined || node.id === model.id) return undefined;
  const place = context.placeOf(model, text, range);
  const written = place?.exact === true ? context.textOf(model.path)?.slice(place.span.start, place.span.end) : undefined;
  if (place === undefined || written === undefined || written.includes('{{')) return undefined;
  const call = callOf(node);
  const makesCycle = descendants(context.graph, new Set([model.id])).has(node.id);
  const { resourceType: kind } = node;
  const name = kind === 'source' ? `${node.sourceName}.${node.name}` : node.name;
  const compiled = {
    node: model.id,
    start: text.tokens.list[range.from]?.start ?? 0,
    end: text.tokens.list[range.to - 1]?.end ?? 0,
    text: context.dialect.relation(node.relation),
  };
  return {
    rule: 'hard-coded-relation',
    diagnostic: diagnose('hard-coded-relation', { written, kind, name, call, makesCycle }, { span: place.span, node: model.id }),
    ...(makesCycle || model.incremental !== undefined || model.config.materialized === 'ephemeral'
      ? {}
      : { fix: { ...place.span, text: call, compiled } }),
    files: [model.path],
  };
}

/** The call that stands for a node. */
function callOf(node: CompiledRelation): string {
  if (node.resourceType === 'source') return `{{source ${quote(node.sourceName)} ${quote(node.name)}}}`;
  const version = node.resourceType === 'model' ? node.version : undefined;
  return version === undefined ? `{{ref ${quote(node.name)}}}` : `{{ref ${quote(version.model)} version=${versionText(version.v)}}}`;
}

function versionText(v: string | number): string {
  return typeof v === 'number' ? String(v) : quote(v);
}

function quote(name: string): string {
  return name.includes('"') ? `'${name}'` : `"${name}"`;
}
