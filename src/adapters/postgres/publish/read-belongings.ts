/** Reads what the server answers about a relation, and tells what property files ask for from what somebody else made. */
import { isConstraintKey } from '../../../adapter/constraint-name.ts';
import type { ResultSet } from '../../../adapter/connection.ts';
import type { Relation } from '../../../adapter/relation.ts';
import type { Belongings, BelongingsAnswer } from './belongings.ts';

/** Whether `tx` made a constraint because a property file asks for it. */
export function isAsked({ name, comment }: { readonly name: string; readonly comment: string | null }): boolean {
  return isConstraintKey(name) || isConstraintKey(comment);
}

/** What a property file asks for is made anew with the table, or not at all; a NOT NULL that comes of it has no mark of its own. */
function withoutAsked(entry: Belongings): Belongings {
  const ours = entry.constraints.filter(isAsked);
  if (ours.length === 0) return { ...entry, asked: [] };
  const required = new Set(
    ours.flatMap(({ name, comment, kind, columns: numbers }) => {
      const isRequirement = kind === 'primary key' || [name, comment].some((text) => text?.endsWith('_req') === true);
      return isRequirement ? numbers : [];
    }),
  );
  return {
    ...entry,
    asked: ours.map(({ name }) => name),
    columns: entry.columns.map((column) => (required.has(column.number) ? { ...column, notNull: false } : column)),
    constraints: entry.constraints.filter(
      (each) => !isAsked(each) && !(each.kind === 'not null' && each.columns.every((number) => required.has(number))),
    ),
  };
}

/** Reads the answer to `askBelongings` from the results of its statements. */
export function readBelongings([path, , answer]: readonly ResultSet[], relation: Relation): BelongingsAnswer {
  // The query builds exactly this shape.
  const found = (answer?.rows ?? []).map(([text]) => withoutAsked(JSON.parse(String(text)) as Belongings));
  const isOwn = (entry: Belongings): boolean => entry.relation.schema === relation.schema && entry.relation.name === relation.name;
  return {
    old: found.find(isOwn),
    views: inOrder(found.filter((entry) => !isOwn(entry))),
    searchPath: String(path?.rows[0]?.[0] ?? ''),
  };
}

/** Views behind those that they read. */
function inOrder(views: readonly Belongings[]): readonly Belongings[] {
  const left = new Map(views.map((view) => [view.oid, view]));
  const done: Belongings[] = [];
  for (let before = -1; left.size > 0 && before !== left.size;) {
    before = left.size;
    for (const view of left.values()) {
      if (view.reads.some(({ oid }) => left.has(oid) && oid !== view.oid)) continue;
      left.delete(view.oid);
      done.push(view);
    }
  }
  return [...done, ...left.values()];
}
