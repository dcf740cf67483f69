/** Finds joins that repeat rows: the columns that are joined on do not tell the rows of the joined relation apart. */
import type { CompiledModel, CompiledRelation, NodeId } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { LintContext } from '../context.ts';
import type { Finding } from '../finding.ts';
import { declaredKeys } from '../keys.ts';
import { selectedModels } from '../lint-input.ts';
import { bareNames, columnAt, columnsIn, conjuncts, equalSides, isConstant } from '../../parse/sql/conditions.ts';
import type { FromItem, Query, ReadText, Select, SelectItem } from '../../parse/sql/query.ts';
import { seenQueries } from '../../parse/sql/read-query.ts';
import type { Range, Tokens } from '../../parse/code-tokens.ts';
import { isSign, isWord, nameOf } from '../../parse/code-tokens.ts';

/** A join of which only the keys of the joined relation have to be known. */
interface Candidate {
  readonly model: CompiledModel;
  readonly text: ReadText;
  readonly select: Select;
  readonly index: number;
  readonly item: FromItem;
  readonly alias: string;
  readonly joined: CompiledRelation;
  /** The columns that have one value for each row before the join. */
  readonly columns: readonly string[];
  /** What stands first in `from`. */
  readonly base: { readonly alias: string | undefined; readonly node: CompiledRelation } | undefined;
  /** The query is what the model gives, not a part of it. */
  readonly isOutermost: boolean;
}

export async function findFanOut(context: LintContext): Promise<readonly Finding[]> {
  const candidates = selectedModels(context)
    .flatMap((model) => candidatesOf(context, model))
    .filter(({ joined, columns }) => !isCovered(declaredKeys(context.graph, joined.id), columns));
  if (candidates.length === 0) return [];
  const proven = await context.proveKeys(new Set(candidates.map(({ joined }): NodeId => joined.id)));
  return candidates.flatMap((candidate): readonly Finding[] => {
    const { joined, columns, model, text, item } = candidate;
    const ofQuery = proven.get(joined.id);
    const keys = [...declaredKeys(context.graph, joined.id), ...(ofQuery ?? [])];
    // What could not be analyzed may have a key that nobody declared.
    if (ofQuery === undefined || keys.length === 0 || isCovered(keys, columns)) return [];
    const harm = harmOf(context, candidate, keys);
    const place = harm === undefined ? undefined : context.placeOf(model, text, itemRange(item));
    if (harm === undefined || place === undefined) return [];
    const shown = keys[0]?.map((column) => `\`${column}\``).join(' and ') ?? '';
    const params = { relation: joined.name, columns, keys: shown, ...(harm.summed === undefined ? {} : { summed: harm.summed }) };
    const diagnostic = diagnose('fan-out-join', params, { span: place.span, node: model.id });
    return [{ rule: 'fan-out-join', diagnostic, files: [model.path] }];
  });
}

function isCovered(keys: readonly (readonly string[])[], columns: readonly string[]): boolean {
  const given = new Set(columns.map((column) => column.toLowerCase()));
  return keys.some((key) => key.every((column) => given.has(column.toLowerCase())));
}

function itemRange({ at, source }: FromItem): Range {
  return { from: at, to: source.kind === 'relation' ? source.name.range.to : at + 1 };
}

function candidatesOf(context: LintContext, model: CompiledModel): readonly Candidate[] {
  const text = context.queryOf(model);
  if (text === undefined) return [];
  return seenQueries(text.tokens, text.query).flatMap(({ query, visible }) =>
    query.branches.flatMap((branch): readonly Candidate[] => {
      if (branch.kind !== 'select' || branch.distinct !== 'no' || branch.filtersLater || query.hasLimit) return [];
      const [first] = branch.from;
      const node = first === undefined ? undefined : nodeOf(context, text, first, visible);
      const base = node === undefined ? undefined : { alias: first?.alias, node };
      return branch.from.flatMap((item, index): readonly Candidate[] => {
        const joined = index === 0 ? undefined : nodeOf(context, text, item, visible);
        const columns = joined === undefined ? undefined : joinedOn(text.tokens, branch, item);
        if (joined === undefined || columns === undefined || columns.length === 0 || item.alias === undefined) return [];
        const isOutermost = query === text.query && query.branches.length === 1;
        return [{ model, text, select: branch, index, item, alias: item.alias, joined, columns, base, isOutermost }];
      });
    }),
  );
}

/** The relation that an item reads, directly or through a common table that passes all of its rows and columns on. */
function nodeOf(
  context: LintContext,
  text: ReadText,
  { source }: FromItem,
  visible: ReadonlyMap<string, Query>,
  depth = 0,
): CompiledRelation | undefined {
  if (source.kind !== 'relation' || depth > 5) return undefined;
  const name = source.name.parts[0]?.toLowerCase() ?? '';
  const common = source.name.parts.length === 1 ? visible.get(name) : undefined;
  if (common === undefined) return text.commonNames.has(name) ? undefined : context.nodeNamed(source.name);
  const [branch] = common.branches;
  if (branch?.kind !== 'select' || common.branches.length > 1 || common.hasLimit || branch.distinct !== 'no') return undefined;
  const [item] = branch.from;
  const isPlain = branch.where === undefined && branch.groupBy === undefined && !branch.filtersLater && branch.items.length === 1;
  if (item === undefined || branch.from.length > 1 || !isPlain) return undefined;
  const [only] = branch.items;
  if (only?.star === undefined || only.range.to - only.range.from !== (only.star.of === undefined ? 1 : 3)) return undefined;
  // What a common table reads is found by its own name first.
  const outer = new Map(visible);
  outer.delete(name);
  return nodeOf(context, text, item, outer, depth + 1);
}

/**
 * The columns of the joined relation that are given for each row before it. Undefined where a condition about it says
 * more than that a column is equal to something: then it may well leave one row.
 */
function joinedOn(tokens: Tokens, { from, where }: Select, item: FromItem): readonly string[] | undefined {
  const { alias, on, using, join } = item;
  if ((join !== 'inner' && join !== 'left') || alias === undefined || from.filter((each) => each.alias === alias).length > 1)
    return undefined;
  if (using !== undefined && where === undefined) return using;
  if (on === undefined) return undefined;
  const aliases = new Set(from.flatMap((each) => each.alias ?? []));
  const ofJoin = conjuncts(tokens, on);
  const ofWhere = where === undefined ? [] : conjuncts(tokens, where);
  if (ofJoin === undefined || ofWhere === undefined) return undefined;
  const columns: string[] = [];
  for (const part of ofJoin) {
    const column = givenColumn(tokens, part, alias, aliases);
    if (column === undefined) return undefined;
    columns.push(column);
  }
  for (const part of ofWhere) {
    const speaks = columnsIn(tokens, part).some((column) => column.alias === alias);
    const column = givenColumn(tokens, part, alias, aliases);
    if (column !== undefined) columns.push(column);
    // A column without a relation before it can be anybody's.
    else if (speaks || bareNames(tokens, part).some((name) => !plainWords.has(name))) return undefined;
  }
  return columns;
}

/** Words of conditions that are no columns. */
const plainWords: ReadonlySet<string> = new Set(
  `and or not is null in like ilike between true false case when then else end as all
  date timestamp integer bigint varchar text numeric decimal`.split(/\s+/),
);

/** The column of `alias` that is equal to a constant or to a column of another relation here. */
function givenColumn(tokens: Tokens, part: Range, alias: string, aliases: ReadonlySet<string>): string | undefined {
  const sides = equalSides(tokens, part);
  if (sides === undefined) return undefined;
  for (const [side, other] of [sides, [sides[1], sides[0]]] as const) {
    const column = columnAt(tokens, side);
    const partner = columnAt(tokens, other);
    if (column?.alias !== alias) continue;
    if (isConstant(tokens, other) || (partner !== undefined && partner.alias !== alias && aliases.has(partner.alias))) return column.column;
  }
  return undefined;
}

/** What goes wrong; undefined where repeated rows are what somebody asked for. */
function harmOf(
  context: LintContext,
  candidate: Candidate,
  keys: readonly (readonly string[])[],
): { readonly summed?: string } | undefined {
  const { text, select, index, alias, model, isOutermost } = candidate;
  const { tokens } = text;
  const calls = select.items.filter(({ range }) => hasAggregate(tokens, range));
  const plain = select.items.filter((item) => !calls.includes(item));
  if (select.groupBy !== undefined || calls.length > 0) {
    // Grouped by something of the joined relation, values before it are meant to count for each group.
    const grouped = [...plain.map(({ range }) => range), ...(select.groupBy === undefined ? [] : [select.groupBy])];
    if (grouped.some((range) => columnsIn(tokens, range).some((column) => column.alias === alias))) return undefined;
    // A column without a relation before it can be anybody's.
    if (grouped.some((range) => bareNames(tokens, withoutName(tokens, range)).some((name) => !plainWords.has(name)))) return undefined;
    const before = new Set(select.from.slice(0, index).flatMap((item) => item.alias ?? []));
    const summed = calls.map(({ range }) => summedBefore(tokens, range, before)).find((found) => found !== undefined);
    return summed === undefined ? undefined : { summed };
  }
  // A test of the model's own key tells at once.
  if (isOutermost && declaredKeys(context.graph, model.id).length > 0) return undefined;
  if (plain.some(({ star }) => star !== undefined && (star.of === undefined || star.of === alias))) return undefined;
  // With its key in the result, the rows are meant to be those of the joined relation; with that of the first one, those of that.
  const { base } = candidate;
  const isOfJoined = isCovered(keys, [...shownOf(tokens, plain, alias), ...candidate.columns]);
  const isOfBase = base !== undefined && isCovered(declaredKeys(context.graph, base.node.id), shownOf(tokens, plain, base.alias));
  return isOfBase && !isOfJoined ? {} : undefined;
}

/** An item of a select list without the name that it gets. */
function withoutName(tokens: Tokens, { from, to }: Range): Range {
  return isWord(tokens, to - 2, 'as') ? { from, to: to - 2 } : { from, to };
}

/** Columns of a relation that stand in the result; of those without a relation before them nobody knows. */
function shownOf(tokens: Tokens, items: readonly SelectItem[], alias: string | undefined): readonly string[] {
  return items.flatMap(({ range }) => [
    ...columnsIn(tokens, range).flatMap((column) => (column.alias === alias ? [column.column] : [])),
    ...bareNames(tokens, range),
  ]);
}

const aggregates = ['sum', 'avg', 'count', 'min', 'max', 'array_agg', 'string_agg', 'list', 'listagg', 'any_value', 'bool_or', 'bool_and'];
const furtherAggregates = ['count_if', 'median', 'mode', 'stddev', 'variance', 'first', 'last', 'arg_max', 'arg_min', 'max_by', 'min_by'];

function hasAggregate(tokens: Tokens, { from, to }: Range): boolean {
  for (let at = from; at < to; at += 1)
    if (isWord(tokens, at, ...aggregates, ...furtherAggregates) && isSign(tokens, at + 1, '(')) return true;
  return false;
}

/** A sum or mean over a column that stood there before the join, as it is written. */
function summedBefore(tokens: Tokens, { from, to }: Range, before: ReadonlySet<string>): string | undefined {
  for (let at = from; at < to; at += 1) {
    const close = tokens.partners.get(at + 1);
    if (!isWord(tokens, at, 'sum', 'avg') || close === undefined || isWord(tokens, close + 1, 'over')) continue;
    const inside = { from: at + 2, to: close };
    if (isWord(tokens, inside.from, 'distinct')) continue;
    const columns = columnsIn(tokens, inside);
    const [first] = columns;
    const isOwn = first !== undefined && columns.every((column) => before.has(column.alias));
    if (isOwn && bareNames(tokens, inside).length === 0 && nameOf(tokens.list[inside.from]) !== 'case')
      return `${first.alias}.${first.column}`;
  }
  return undefined;
}
