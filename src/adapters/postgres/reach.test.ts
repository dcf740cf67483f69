import { describe, expect, it } from 'vitest';
import { reach } from './reach.ts';

const target = (url: string) => ({ name: 'dev', type: 'postgres', schema: 'main', threads: 1, settings: { url } });

describe('reach', () => {
  it('is the same database for another user and another way to write it, and no other one', () => {
    const mine = target('postgres://ann@db.example.org/shop');
    const same = reach(mine, target('postgres://bob:secret@db.example.org:5432/shop'), '/');
    expect(same).toMatchObject({ isSame: true, open: [], enter: [] });
    expect(same?.relation({ schema: 'a"b', name: 'c' })).toBe('"a""b"."c"');
    for (const url of ['postgres://ann@db.example.org/other', 'postgres://ann@db.example.org:5433/shop', 'postgres://ann@example.org/shop'])
      expect(reach(mine, target(url), '/')).toBeUndefined();
  });
});
