/** Puts a new relation in the place of an old one, with all that hangs on that, in one transaction and without harm to readers. */
import type { RenderContext, WantedConstraint } from '../../../adapter/operation.ts';
import { EngineError } from '../../../adapter/engine-error.ts';
import type { Column, Relation, RelationKind } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier, quoteText } from '../quoting.ts';
import { ownAll } from '../partitions/make-partitions.ts';
import { isAsked } from './read-belongings.ts';
import type { Belongings, BelongingsAnswer, ForeignReference } from './belongings.ts';
import { attachmentsOf, carryNotNull, carryOver } from './carry-over.ts';
import { lockBriefly } from './lock-briefly.ts';
import { temporaryName } from './temporary-name.ts';
import {
  keptColumns,
  kindWord,
  makerFor,
  partsOf,
  transferComments,
  transferGrants,
  transferPublications,
  transferSettings,
} from './transfer.ts';
import type { Maker } from './transfer.ts';
import { bindView, describeView, dropView, planViews, remakeView } from './views.ts';
import type { ViewPlan } from './views.ts';

/** What is ready under another name, in the schema of its target. */
export interface Fresh {
  readonly stage: Relation;
  readonly kind: RelationKind;
  readonly columns: readonly Column[];
  /** Hooks of the model come after it, and may make what would be carried over. */
  readonly hooksFollow: boolean;
  /** It is divided: where its rows go into the old table, these statements make the partitions that they need; undefined where that is not divided, or in another way. */
  readonly divided?: { readonly ahead: readonly Statement[] | undefined };
  /** That a property file asks for. */
  readonly constraints: readonly WantedConstraint[];
}

const nameOf = dialect.relation;

const each = (...statements: readonly string[]): readonly Statement[] => statements.map((sql) => ({ sql }));

/** The statements that replace `target`; nothing of it stands in their way. */
export function replaceRelation(fresh: Fresh, target: Relation, answer: BelongingsAnswer, context: RenderContext): readonly Statement[] {
  const { old, views, searchPath } = answer;
  const restore = each(`select pg_catalog.set_config('search_path', ${quoteText(searchPath)}, true)`);
  if (old === undefined) return [...renameTo(fresh, target), ...restore];
  const obstacles = findObstacles(old, views);
  const fits = fresh.divided === undefined ? !old.divided : fresh.divided.ahead !== undefined;
  // To drop a foreign key keeps everybody from reading the table that it points to, and whoever reads that now is waited for.
  const isTied =
    old.pointsTo.length > 0 &&
    fresh.constraints.some(({ type }) => type === 'foreign_key') &&
    old.kind === (fresh.divided === undefined ? 'r' : 'p') &&
    fits &&
    sameColumns(old, fresh.columns);
  if (obstacles.length === 0 && !isTied) return [...swap(fresh, { ...answer, old }, context), ...restore];
  const keepsColumns = sameColumns(old, fresh.columns);
  if (fresh.kind === 'table' && fits && keepsColumns) return [...refill(fresh, old, context), ...restore];
  const change = keepsColumns && !fits ? 'it is divided in another way than the model asks for' : 'its columns change';
  const message = `${nameOf(target)} cannot be replaced: ${change}, and not all that depends on it can be made again`;
  throw new EngineError({ kind: 'dependents', message, redacted: message, retry: 'never', relation: target, dependents: obstacles });
}

/** What can neither be carried over nor made again, in words. */
function findObstacles(old: Belongings, views: readonly Belongings[]): readonly string[] {
  return [
    ...(old.kind === 'f' ? ['the foreign server that holds it'] : []),
    ...old.referencedBy.filter((reference) => !isOurReference(reference)).map(({ name }) => name),
    ...[old, ...views].flatMap((entry) => entry.others),
    ...views.filter((view) => !view.ours).map((view) => `${describeView(view)} of ${view.owner}`),
    ...old.publications
      .filter(({ partial }) => partial)
      .map(({ name }) => `the publication ${quoteIdentifier(name)} of some of its rows or columns`),
    ...old.publications
      .filter(({ partial, ours }) => !partial && !ours)
      .map(({ name, owner }) => `the publication ${quoteIdentifier(name)} of ${owner}`),
  ];
}

const isOurReference = ({ constraint, comment }: ForeignReference): boolean => isAsked({ name: constraint, comment });

const dropReference = ({ table, constraint }: Pick<ForeignReference, 'table' | 'constraint'>): string =>
  `alter table ${nameOf(table)} drop constraint ${quoteIdentifier(constraint)}`;

/** Foreign keys of other models are taken away with the old table, and put on the new one where this run does not come to their model anyway. */
function references(
  old: Belongings,
  context: RenderContext,
  make: Maker,
): { readonly before: readonly Statement[]; readonly after: readonly Statement[] } {
  const ours = old.referencedBy.filter(isOurReference);
  const stay = ours.filter(({ table }) => !context.isRebuilt(table));
  return {
    before: each(...ours.map(dropReference)),
    after: stay.flatMap(({ table, constraint, definition, comment }) => {
      const name = quoteIdentifier(constraint);
      const add = make(`the foreign key ${name} of ${nameOf(table)}`, `alter table ${nameOf(table)} add constraint ${name} ${definition}`);
      const mark = { sql: `comment on constraint ${name} on ${nameOf(table)} is ${quoteText(comment ?? '')}` };
      return comment === null ? [add] : [add, mark];
    }),
  };
}

/** Whether rows of the one fit into the other. */
export function sameColumns(old: Belongings, columns: readonly Column[]): boolean {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return old.columns.length === columns.length && old.columns.every(({ name, type }) => types.get(name) === type);
}

/** In place: whoever reads sees the old rows until the commit, and everything that hangs on the table stays. */
function refill(
  { stage, columns, constraints, divided }: Fresh,
  { relation, referencedBy, asked }: Belongings,
  context: RenderContext,
): readonly Statement[] {
  const list = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const make = makerFor(relation, []);
  // Models that this run comes to may have other rows by then, and get their keys anew.
  const dropped = referencedBy.filter((reference) => isOurReference(reference) && context.isRebuilt(reference.table));
  const locked = [...dropped.map(({ table }) => table), relation].map(lockableTable);
  // In one statement: a foreign key that points here is looked at when the new rows are there.
  const exchange = `with gone as (delete from ${nameOf(relation)} returning 1)
    insert into ${nameOf(relation)} (${list}) overriding system value select ${list} from ${nameOf(stage)} where (select count(*) from gone) >= 0`;
  return [
    ...(dropped.length === 0 ? [] : [lockBriefly(locked, context.lockTimeoutMs), ...each(...dropped.map(dropReference))]),
    ...(divided?.ahead ?? []),
    ...(constraints.length > 0 ? [] : each(...asked.map((name) => dropReference({ table: relation, constraint: name })))),
    make('the rows of the table itself', exchange),
    { sql: `drop table ${nameOf(stage)}` },
  ];
}

function renameTo({ stage, kind }: Fresh, target: Relation): readonly Statement[] {
  return each(`alter ${kind} ${nameOf(stage)} rename to ${quoteIdentifier(target.name)}`);
}

type Standing = BelongingsAnswer & { readonly old: Belongings };

/** Everything slow comes before the lock: indexes and constraints are there when the new relation gets its name. */
function swap(fresh: Fresh, { old, views }: Standing, context: RenderContext): readonly Statement[] {
  const { stage } = fresh;
  const plan = planViews(old, views, fresh.columns);
  const make = makerFor(old.relation, views.map(describeView));
  const wasTable = isSameKind(old, fresh) && fresh.kind !== 'view';
  const kept = keptColumns(
    old,
    fresh.columns.map(({ name }) => name),
  );
  const parts = isSameKind(old, fresh) ? partsOf(old, kept.numbers) : [];
  const carried = wasTable && !fresh.hooksFollow ? carryOver(old, stage, kept.numbers, make) : { before: [], after: [] };
  if (wasTable) {
    const all = attachmentsOf(old, parts);
    // Without hooks everything is made by now, but for what has lost its columns.
    context.keep(fresh.hooksFollow ? all : all.filter(({ columns }) => columns.some((column) => !kept.names.has(column))));
  }
  const foreign = references(old, context, make);
  return [
    ...settings(fresh, old, kept.names, make),
    ...carried.before,
    lockBriefly([...lockableReferences(old), ...[...plan.bound, ...plan.remade].map(lockable), lockable(old)], context.lockTimeoutMs),
    ...foreign.before,
    ...exchange(fresh, old, plan, make),
    ...carried.after,
    ...(fresh.hooksFollow && wasTable
      ? []
      : parts.flatMap(({ kind, name, statements }) => statements.map((sql) => make(`the ${kind} ${name}`, sql)))),
    ...(wasTable ? each(...transferPublications(old)) : []),
    ...each(`alter ${fresh.kind} ${nameOf(old.relation)} owner to ${quoteIdentifier(old.owner)}`),
    ...(fresh.divided === undefined ? [] : [ownAll(old.relation)]),
    ...foreign.after,
    ...plan.remade.flatMap((view) => remakeView(view, make, context)),
  ];
}

const kindLetters: Readonly<Record<RelationKind, string>> = { table: 'r', view: 'v', 'materialized view': 'm' };

/** A table is a table, divided or not. */
const isSameKind = (old: Belongings, { kind }: Fresh): boolean => kindLetters[kind] === (old.kind === 'p' ? 'r' : old.kind);

const lockable = ({ relation, kind, owner }: Belongings) => ({
  name: nameOf(relation),
  kind: kindWord(kind),
  owner: quoteIdentifier(owner),
});

// Whose it is plays no part in the lock of a table.
const lockableTable = (table: Relation) => ({ name: nameOf(table), kind: 'table' as const, owner: 'current_user' });

/** Tables that foreign keys of the old one point to or come from: a key that goes locks both of its sides. */
const lockableReferences = (old: Belongings) =>
  [...old.pointsTo, ...old.referencedBy.filter(isOurReference).map(({ table }) => table)].map(lockableTable);

function settings(fresh: Fresh, old: Belongings, kept: ReadonlySet<string>, make: Maker): readonly Statement[] {
  const name = nameOf(fresh.stage);
  const both = isSameKind(old, fresh) && fresh.kind !== 'view';
  const changes = both ? transferSettings(fresh.divided === undefined ? old : withoutOptions(old), name, kept) : undefined;
  return [
    ...(changes === undefined ? [] : [make('a setting of the table', changes)]),
    ...(both ? carryNotNull(old, fresh.stage, kept, make) : []),
    ...each(...transferGrants(old, name, kept), ...transferComments(old, name, kindLetters[fresh.kind], kept)),
  ];
}

/** How rows lie in a file is a matter of each partition. */
const withoutOptions = (old: Belongings): Belongings => ({ ...old, options: null, toastOptions: null });

/** The old goes and the new gets its name. Views that stay need the old until they are bound to the new. */
function exchange(fresh: Fresh, old: Belongings, { bound, remade }: ViewPlan, make: Maker): readonly Statement[] {
  const drop = (name: string): string => `drop ${kindWord(old.kind)} ${name}`;
  const dropViews = [...remade].reverse().map(dropView);
  if (bound.length === 0) return [...dropViews, ...each(drop(nameOf(old.relation))), ...renameTo(fresh, old.relation)];
  const away = { schema: old.relation.schema, name: temporaryName(fresh.stage.name, 'away') };
  return [
    ...dropViews,
    ...each(`alter ${kindWord(old.kind)} ${nameOf(old.relation)} rename to ${quoteIdentifier(away.name)}`),
    ...renameTo(fresh, old.relation),
    ...bound.map((view) => bindView(view, make)),
    ...each(drop(nameOf(away))),
  ];
}
