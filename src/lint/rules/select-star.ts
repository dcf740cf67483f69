/** Finds models that other people read and whose columns another relation decides. */
import type { CompiledModel } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { LintContext } from '../context.ts';
import { foldersOf } from '../layers.ts';
import type { Finding } from '../finding.ts';
import type { FromItem, Query, ReadText, Select, SelectItem } from '../../parse/sql/query.ts';
import { seenQueries } from '../../parse/sql/read-query.ts';
import type { Range } from '../../parse/code-tokens.ts';

/** A `*` whose columns end up in the result, and the relation that it stands for. */
interface Star {
  readonly range: Range;
  readonly relation: string;
}

export function findStars(context: LintContext, model: CompiledModel): readonly Finding[] {
  const text = context.queryOf(model);
  const isMart = foldersOf(model).some((folder) => context.settings.marts.includes(folder));
  if (text === undefined || !isMart) return [];
  const visible = new Map(seenQueries(text.tokens, text.query).map((seen) => [seen.query, seen.visible]));
  const stars = starsOf({ context, text, visible, seen: new Set() }, text.query);
  return stars.flatMap(({ range, relation }): readonly Finding[] => {
    const place = context.placeOf(model, text, range);
    if (place?.exact !== true) return [];
    const diagnostic = diagnose('select-star', { relation }, { span: place.span, node: model.id });
    return [{ rule: 'select-star', diagnostic, files: [model.path] }];
  });
}

interface Walk {
  readonly context: LintContext;
  readonly text: ReadText;
  readonly visible: ReadonlyMap<Query, ReadonlyMap<string, Query>>;
  readonly seen: Set<Query>;
}

/** The stars that decide about the columns of a query, in it or in the common tables that it passes on. */
function starsOf(walk: Walk, query: Query): readonly Star[] {
  if (walk.seen.has(query)) return [];
  walk.seen.add(query);
  return query.branches.flatMap((branch): readonly Star[] => {
    if (branch.kind === 'query') return starsOf(walk, branch.query);
    if (branch.kind === 'unread') return [];
    return branch.items.flatMap((item) => (item.star === undefined ? [] : starsThrough(walk, query, branch, item)));
  });
}

function starsThrough(walk: Walk, query: Query, select: Select, { star, range }: SelectItem): readonly Star[] {
  const items = star?.of === undefined ? select.from : select.from.filter(({ alias }) => alias === star.of);
  return items.flatMap((item) => behind(walk, query, item, range));
}

function behind(walk: Walk, query: Query, { source }: FromItem, range: Range): readonly Star[] {
  if (source.kind === 'query') return starsOf(walk, source.query);
  if (source.kind === 'unread') return [];
  const first = source.name.parts[0]?.toLowerCase() ?? '';
  const common = source.name.parts.length === 1 ? commonTable(walk, query, first) : undefined;
  if (common !== undefined) return starsOf(walk, common);
  const node = walk.context.nodeNamed(source.name);
  return node === undefined ? [] : [{ range, relation: node.name }];
}

/** Ephemeral models are common tables that nobody wrote: they count as the models that they are. */
function commonTable({ context, visible }: Walk, query: Query, name: string): Query | undefined {
  const found = visible.get(query)?.get(name) ?? query.commonTables.find((table) => table.name === name)?.query;
  return context.nodeNamed({ parts: [name], range: { from: 0, to: 0 } })?.resourceType === 'model' && name.startsWith('__tx__cte__')
    ? undefined
    : found;
}
