import { describe, expect, it } from 'vitest';
import { replaceRelations } from './replace-relations.ts';

const replace = (sql: string) =>
  replaceRelations(sql, ({ schema, name }) =>
    schema === 'S' && name === 'a"b' ? 'pg_temp.x' : schema === 's' && name === 'a' ? '"longer name"' : undefined,
  );

describe('relations in a query', () => {
  it.each([
    ['select * from s.a', 'select * from "longer name"'],
    ['select * from S . A as t join "S"."a""b" on true', 'select * from "longer name" as t join pg_temp.x on true'],
    ['select s.a.id, t.a from s.a, "s"."A", s.b', 'select "longer name".id, t.a from "longer name", "s"."A", s.b'],
    [`select 's.a', $q$s.a$q$, "s.a" /* s.a */ from x -- s.a`, `select 's.a', $q$s.a$q$, "s.a" /* s.a */ from x -- s.a`],
    ['select 1.5 from s./* in between */a', 'select 1.5 from "longer name"'],
  ])('%s', (before, after) => {
    expect(replace(before).sql).toBe(after);
  });

  it('know where everything stood', () => {
    const before = 'select s.a.id from s.a where wrong';
    const { sql, originOf } = replace(before);
    for (const word of ['select', '.id', 'from', 'where', 'wrong']) expect(originOf(sql.indexOf(word))).toBe(before.indexOf(word));
    expect(originOf(sql.lastIndexOf('"longer'))).toBe(before.lastIndexOf('s.a'));
    expect(originOf(sql.lastIndexOf('name"'))).toBe(before.lastIndexOf('s.a'));
  });
});
