/** What happens to the views that read a relation when a new one takes its place. */
import type { RenderContext } from '../../../adapter/operation.ts';
import type { Column } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier, quoteText } from '../quoting.ts';
import { moveIndex } from './tablespaces.ts';
import type { Belongings } from './belongings.ts';
import { indexSettings, kindWord, optionList, partsOf, transferComments, transferGrants, viewSettings } from './transfer.ts';
import type { Maker } from './transfer.ts';

/** The views above a relation, by what becomes of them. */
export interface ViewPlan {
  /** They read the relation, and what they read of it is there as before: they are bound to the new one and stay who they are. */
  readonly bound: readonly Belongings[];
  /** They are dropped and made again, and so are those that read them. */
  readonly remade: readonly Belongings[];
}

/** Sorts the views above `old` for a new relation with these columns. */
export function planViews(old: Belongings, views: readonly Belongings[], columns: readonly Column[]): ViewPlan {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const same = new Set(old.columns.filter(({ name, type }) => types.get(name) === type).map(({ number }) => number));
  const remade = new Set<number>();
  const bound: Belongings[] = [];
  for (const view of views) {
    const direct = view.reads.find(({ oid }) => oid === old.oid);
    const changed = direct?.columns.some((column) => column >= 0 && !same.has(column)) ?? false;
    const followsOther = view.reads.some(({ oid }) => remade.has(oid));
    if (followsOther || (direct !== undefined && (changed || view.kind === 'm'))) remade.add(view.oid);
    else if (direct !== undefined) bound.push(view);
  }
  return { bound, remade: views.filter(({ oid }) => remade.has(oid)) };
}

const viewName = ({ relation }: Belongings): string => dialect.relation(relation);

/** `view "a"."b"`. */
export const describeView = (view: Belongings): string => `${kindWord(view.kind)} ${viewName(view)}`;

const queryOf = ({ query }: Belongings): string => (query ?? '').replace(/;\s*$/, '');

/** Replaced in its place: its rights, comments and readers stay. The name that it reads is that of the new relation by then. */
export function bindView(view: Belongings, make: Maker): Statement {
  return make(`the ${describeView(view)}`, `create or replace view ${viewName(view)}${optionList(view.options)} as ${queryOf(view)}`);
}

export function dropView(view: Belongings): Statement {
  return { sql: `drop ${kindWord(view.kind)} ${viewName(view)}` };
}

/** All that makes a view what it was. */
function remakeTexts(view: Belongings): readonly string[] {
  const name = viewName(view);
  const word = kindWord(view.kind);
  const all = new Set(view.columns.map((column) => column.name));
  const place = view.tablespace === null ? '' : ` tablespace ${quoteIdentifier(view.tablespace)}`;
  const create = `create ${word} ${name}${optionList(view.options)}${place} as ${queryOf(view)}${view.kind === 'm' && !view.populated ? ' with no data' : ''}`;
  const defaults = view.columns
    .filter((column) => column.fallback !== null && view.kind === 'v')
    .map((column) => `alter view ${name} alter column ${quoteIdentifier(column.name)} set default ${column.fallback}`);
  const settings = view.kind === 'm' ? viewSettings(view, name) : undefined;
  const indexes = view.indexes.flatMap((index) => [
    index.definition,
    ...indexSettings(index, view.relation.schema),
    ...(index.comment === null
      ? []
      : [`comment on index ${dialect.relation({ schema: view.relation.schema, name: index.name })} is ${quoteText(index.comment)}`]),
    ...(index.clustered ? [`alter ${word} ${name} cluster on ${quoteIdentifier(index.name)}`] : []),
  ]);
  const moves = view.indexes.flatMap((index) => moveIndex({ schema: view.relation.schema, name: index.name }, index));
  const parts = partsOf(view, new Set(view.columns.map((column) => column.number)));
  return [
    create,
    ...defaults,
    ...(settings === undefined ? [] : [settings]),
    ...indexes,
    ...moves,
    ...transferGrants(view, name, all),
    ...transferComments(view, name, view.kind, all),
    ...parts.flatMap((part) => part.statements),
    `alter ${word} ${name} owner to ${quoteIdentifier(view.owner)}`,
  ];
}

/**
 * Makes a view again. One that this run builds anew anyway may not fit any more: then it is left out until its own
 * build, as there is nothing that it could show.
 */
export function remakeView(view: Belongings, make: Maker, context: RenderContext): readonly Statement[] {
  const what = `the ${describeView(view)}`;
  const texts = remakeTexts(view);
  if (!context.isRebuilt(view.relation)) return texts.map((sql) => make(what, sql));
  const body = texts.map((sql) => `execute ${quoteText(sql)};`).join('\n  ');
  const block = `begin\n  ${body}\nexception when syntax_error_or_access_rule_violation or feature_not_supported then null;\nend`;
  return [{ sql: `do ${quoteText(block)}` }];
}
