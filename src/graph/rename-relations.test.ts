import { describe, expect, it } from 'vitest';
import { renameRelations } from './rename-relations.ts';

const names = new Map([
  ['"db"."main"."orders"', '"live"."orders"'],
  ['"main"."orders"', '"live"."orders"'],
]);

describe('names of relations', () => {
  it.each([
    ['select * from "db"."main"."orders"', 'select * from "live"."orders"'],
    ['from "main"."orders" join "main"."orders" as o', 'from "live"."orders" join "live"."orders" as o'],
    // A column behind the relation stays; a longer chain of names is another thing.
    ['select "main"."orders"."id"', 'select "live"."orders"."id"'],
    ['select "db"."main"."orders"."id"', 'select "live"."orders"."id"'],
    ['select "other"."main"."orders"', 'select "other"."main"."orders"'],
    // Text and comments are no names, and neither is what somebody wrote apart.
    [`select '"main"."orders"' -- "main"."orders"`, `select '"main"."orders"' -- "main"."orders"`],
    ['from "main" . "orders"', 'from "main" . "orders"'],
    ['from "main"."orders".', 'from "live"."orders".'],
    ['select "a""b"."orders", "main"."or', 'select "a""b"."orders", "main"."or'],
    ['', ''],
  ])('in %s', (sql, renamed) => {
    expect(renameRelations(sql, names)).toBe(renamed);
  });
});
