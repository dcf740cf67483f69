import { describe, expect, it } from 'vitest';
import type { CompiledText } from './compiled.ts';
import { joinTexts, syntheticText } from './compiled-text.ts';
import { redirectRelations, redirectSql } from './redirect-relations.ts';
import { lookupSpan, segmentKind } from './span-map.ts';

const redirects = [
  ['"main"."a"', '"prod"."main"."a"'],
  ['"main"."b"', '"live"."b"'],
] as const;

const path = 'models/m.sql';
const made = (sql: string, start: number): CompiledText => ({
  sql,
  map: { files: [path], segments: [0, 0, start, start + 9, segmentKind.generated] },
  slots: [],
});
const copied = (sql: string, start: number): CompiledText => ({
  sql,
  map: { files: [path], segments: [0, 0, start, start + sql.length, segmentKind.verbatim] },
  slots: [],
});

describe('relations of a compiled text', () => {
  it('are replaced where a mustache or the program wrote them, and keep their places', () => {
    const text = joinTexts([copied('select ', 0), made('"main"."a"', 7), copied(' x, "main"."a" ', 16), syntheticText('"main"."b"')]);
    const found = redirectRelations(text, redirects);
    expect(found.sql).toBe('select "prod"."main"."a" x, "main"."a" "live"."b"');
    expect(lookupSpan(found.map, 10)?.span).toEqual({ path, start: 7, end: 16 });
    expect(lookupSpan(found.map, found.sql.indexOf('x,'))).toMatchObject({ exact: true, span: { start: 17 } });
  });

  it('are left alone in the body of a macro, and replaced where the macro was given them', () => {
    const segments = [0, 1, 0, 15, segmentKind.inMacro, 0, 0, 4, 20, segmentKind.generated];
    const more = [15, 1, 15, 30, segmentKind.madeInMacro, 15, 0, 4, 20, segmentKind.generated];
    const sql = 'x "main"."a" + "main"."a"';
    const text: CompiledText = { sql, map: { files: [path, 'macros/m.sql'], segments: [...segments, ...more] }, slots: [] };
    expect(redirectRelations(text, redirects).sql).toBe('x "main"."a" + "prod"."main"."a"');
  });

  it('keep slots and what was asked for', () => {
    const slot = { name: 'run.id', at: 11, length: 10 } as const;
    const text: CompiledText = { ...made('"main"."a" {{run.id}} "main"."b"', 0), slots: [slot], asked: 'before' };
    const found = redirectRelations(text, redirects);
    expect(found.sql).toBe('"prod"."main"."a" {{run.id}} "live"."b"');
    expect(found.slots.map(({ at, length }) => found.sql.slice(at, at + length))).toEqual(['{{run.id}}']);
    expect(found.asked).toBe('before');
    expect(redirectRelations(text, [['"main"."c"', '"x"."c"']])).toBe(text);
  });

  it('are whole names: no part of a longer one', () => {
    const sql = '"x"."main"."a" "x""main"."a" "main"."a""b" "main"."a".id "main"."b"."id"';
    expect(redirectSql(sql, redirects)).toBe('"x"."main"."a" "x""main"."a" "main"."a""b" "prod"."main"."a".id "live"."b"."id"');
  });
});
