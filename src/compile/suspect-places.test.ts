import { describe, expect, it } from 'vitest';
import { compileModel } from './compile-fixture.ts';
import { findSuspects, placeSuspects } from './suspect-places.ts';

const at = (sql: string, operation: 'division' | 'conversion') =>
  findSuspects(sql, operation).map((offset) => sql.slice(offset, offset + 4));

describe('findSuspects', () => {
  it('finds divisions, and no comments, texts or other operators', () => {
    expect(at('select a /b, c %d, e // f, mod (g, 2), \'1/0\', "x/y" -- 1/2\n/* 3/4 */', 'division')).toEqual([
      '/b, ',
      '%d, ',
      '// f',
      'mod ',
    ]);
    expect(at('select |/ 4, ||/ 27, a <% b, c %> d, mod from t', 'division')).toEqual([]);
  });

  it('finds conversions', () => {
    expect(at("select a::int, cast (b as int), to_date(c, 'x'), '::', cast from t /* cast( */", 'conversion')).toEqual([
      '::in',
      'cast',
      'to_d',
    ]);
    expect(at('select t[1:2]', 'conversion')).toEqual([]);
  });

  it('passes over conversions that cannot fail while rows are read', () => {
    const free = "select a::text, b :: varchar(3), cast(c as text), cast(f(d, ')') as character varying (4)), null::int, '1'::int";
    expect(at(free, 'conversion')).toEqual([]);
    expect(at('select cast(cast(a as text) as int)', 'conversion')).toEqual(['cast']);
  });
});

describe('placeSuspects', () => {
  const macros = {
    'macros/m.sql': '{{#macro "share" "a" "b"}}{{a}} / {{b}} + {{a}} / 2{{/macro}}{{#macro "num" "a"}}cast({{a}} as int){{/macro}}',
  };
  const text = async (template: string) => (await compileModel({ ...macros, 'models/m.sql': template }, 'm')).full;

  it('is the only place, where there is one', async () => {
    const only = await text('select\n  a / b as c');
    expect(placeSuspects(only, [], 'division')).toMatchObject({ offset: only.sql.indexOf('/'), notes: [{}] });
    expect(placeSuspects(only, [{ sql: 'select 1 / x from t' }], 'division')).toEqual({
      notes: [{ message: 'the error may come from this division', span: expect.objectContaining({ start: 11 }) }],
    });
    expect(placeSuspects(only, [], 'conversion')).toEqual({ notes: [] });
  });

  it('lists several, a macro once, and no more than five', async () => {
    expect(placeSuspects(await text('select {{share "x" "y"}}'), [], 'division').offset).toBeDefined();
    expect(placeSuspects(await text('select {{share "x" "y"}}, z / 3'), [], 'division').notes).toHaveLength(2);
    const many = placeSuspects(
      await text(`select ${Array.from({ length: 8 }, (_, index) => `a${index}::int`).join(', ')}`),
      [],
      'conversion',
    );
    expect(many.offset).toBeUndefined();
    expect(many.notes.map(({ message }) => message).slice(4)).toEqual(['the error may come from this conversion', 'and from 3 more']);
  });

  it('does not take what a macro converts for the culprit', async () => {
    expect(placeSuspects(await text('select {{num "x"}}'), [], 'conversion').offset).toBeUndefined();
  });
});
