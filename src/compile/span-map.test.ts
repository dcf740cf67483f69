import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileModel } from './compile-fixture.ts';
import { cutText, joinTexts, sliceText, syntheticText } from './compiled-text.ts';
import type { CompiledText } from './compiled.ts';
import { fillSlots } from './slots.ts';
import { lookupSpan, shiftMap, spliceMap } from './span-map.ts';

const macros = {
  'macros/m.sql': '{{#macro "twice" "x"}}{{x}} and\n{{x}}{{/macro}}{{#macro "wrap"}}<{{yield}}>{{/macro}}',
  'models/orders.sql': 'select 1 as id',
};

const piece = fc.constantFrom(
  'a ',
  'b\n',
  '\n\t',
  'é😀 ',
  "'q' ",
  '{{ref "orders"}}',
  '{{twice "z"}}',
  '{{add 1 2}}',
  '{{!-- c --}}\n',
  '{{set "v" 1}}\n',
  '\\{{lit}} ',
  '{{~"t"~}}',
  '{{run.id}}',
);
const body = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''));
const block = fc
  .tuple(body, fc.constantFrom('{{#if true}}', '{{#each (array 1 2) as |i|}}', '{{#join (array 1 2) ", " as |i|}}\n', '{{#wrap}}'))
  .map(([inner, open]) => `${open}${inner}{{/${/#(\w+)/.exec(open)?.[1] ?? ''}}}`);
const template = fc.array(fc.oneof(body, block), { maxLength: 5 }).map((parts) => `select 1\n${parts.join('').replaceAll("'", '')}`);

/** Every tag of a template by where it stands. */
function tags(text: string): readonly { readonly start: number; readonly end: number }[] {
  return [...text.matchAll(/\{\{~?[^{}]*\}\}/g)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Checks each character of `text` against the template that it came from. */
function checkMap(text: CompiledText, source: string): void {
  for (let at = 0; at < text.sql.length; at += 1) {
    const place = lookupSpan(text.map, at, 1);
    expect(place?.span.path).toBe('models/m.sql');
    const { start, end } = place?.span ?? { start: -1, end: -1 };
    if (place?.exact === true) expect(source.slice(start, end)).toBe(text.sql.charAt(at));
    else expect(tags(source).some((tag) => tag.start === start && tag.end === end)).toBe(true);
    if (place?.inMacro === undefined) continue;
    // What the macro's body says there is what came out, or the mustache that made it.
    const { path, start: from, end: to } = place.inMacro;
    const said = (path === 'macros/m.sql' ? macros[path] : source).slice(from, to);
    expect(said === text.sql.charAt(at) || said.startsWith('{{')).toBe(true);
  }
}

describe('the span map', () => {
  it('leads copied characters to themselves and made ones to their mustache', async () => {
    await fc.assert(
      fc.asyncProperty(template, async (source) => {
        const { full } = await compileModel({ ...macros, 'models/m.sql': source }, 'm');
        checkMap(full, source);
      }),
      { numRuns: 150 },
    );
  });

  it('tells where in the macro a text stands, however texts are cut and joined', async () => {
    const source = 'select {{twice "z"}} from {{ref "orders"}}';
    const { full } = await compileModel({ ...macros, 'models/m.sql': source }, 'm');
    const body = macros['macros/m.sql'];
    const at = full.sql.indexOf('and');
    const expected = { path: 'macros/m.sql', start: body.indexOf('and'), end: body.indexOf('and') + 3 };
    expect(lookupSpan(full.map, at, 3)?.inMacro).toEqual(expected);
    expect(lookupSpan(joinTexts([syntheticText('x'), sliceText(full, at - 1, full.sql.length)]).map, 2, 3)?.inMacro).toEqual(expected);
    expect(lookupSpan(sliceText(full, at + 1, full.sql.length).map, 0, 2)?.inMacro).toEqual({ ...expected, start: expected.start + 1 });
    expect(lookupSpan(full.map, full.sql.indexOf('z'), 1)?.inMacro).toMatchObject({ start: body.indexOf('{{x}}') });
    expect(lookupSpan(full.map, full.sql.indexOf('from'), 4)?.inMacro).toBeUndefined();
  });

  it('stays true when texts are cut, joined and filled', async () => {
    const source = 'select {{run.id}} as a, {{interval.start}} as b\nfrom {{ref "orders"}} -- x';
    const { full } = await compileModel({ ...macros, 'models/m.sql': source }, 'm');
    const values = { 'run.id': "'a much longer literal'", 'interval.start': '1' };
    const filled = fillSlots(full, values);
    expect(filled.sql).toBe(`select 'a much longer literal' as a, 1 as b\nfrom "main"."orders" -- x\n`);
    checkMap(sliceText(filled, 0, filled.sql.length - 1), source);
    const cut = cutText(filled, 7, 30);
    checkMap(sliceText(cut, 0, cut.sql.length - 1), source);
    const joined = joinTexts([syntheticText('with x as ('), filled, syntheticText(')')]);
    expect(lookupSpan(joined.map, 3)).toBeUndefined();
    expect(lookupSpan(joined.map, joined.sql.length - 1)).toBeUndefined();
    const at = joined.sql.indexOf('as b');
    expect(lookupSpan(joined.map, at, 4)).toEqual({
      span: { path: 'models/m.sql', start: source.indexOf('as b'), end: source.indexOf('as b') + 4 },
      exact: true,
      repeated: false,
    });
    checkMap(sliceText(joined, 11, joined.sql.length - 2), source);
  });

  it('agrees with joining when it is spliced or shifted', async () => {
    const source = 'select {{add 1 2}} as a';
    const { full } = await compileModel({ 'models/m.sql': source }, 'm');
    const inserted = syntheticText('/* */ ');
    const expected = joinTexts([sliceText(full, 0, 7), inserted, sliceText(full, 8, full.sql.length)]);
    expect(spliceMap({ map: full.map, length: full.sql.length }, 7, 8, { map: inserted.map, length: inserted.sql.length })).toEqual(
      expected.map,
    );
    expect(lookupSpan(shiftMap(full.map, 5), 5)).toEqual(lookupSpan(full.map, 0));
    expect(lookupSpan(shiftMap(full.map, 5), 4)).toBeUndefined();
  });

  it('marks a word that is copied in part together with the mustaches that made the rest', async () => {
    const { full } = await compileModel({ 'models/m.sql': 'select 1 as a{{"b"}}c{{"d"}} from x' }, 'm');
    expect(full.sql).toBe('select 1 as abcd from x');
    const place = (length: number): unknown => lookupSpan(full.map, 12, length);
    expect(place(1)).toEqual({ span: { path: 'models/m.sql', start: 12, end: 13 }, exact: true, repeated: false });
    expect(place(2)).toEqual({ span: { path: 'models/m.sql', start: 12, end: 20 }, exact: false, repeated: false });
    expect(place(4)).toEqual({ span: { path: 'models/m.sql', start: 12, end: 28 }, exact: false, repeated: false });
  });

  it('knows what a loop wrote more than once, and does not go on into its next round', async () => {
    const { full } = await compileModel({ 'models/m.sql': 'select {{#each (array 1 2) as |i|}}+1{{/each}}' }, 'm');
    expect(full.sql).toBe('select +1+1');
    expect(lookupSpan(full.map, 9, 4)).toEqual({ span: { path: 'models/m.sql', start: 35, end: 37 }, exact: true, repeated: true });
    expect(lookupSpan(full.map, 7, 4)).toEqual({ span: { path: 'models/m.sql', start: 35, end: 37 }, exact: false, repeated: true });
    expect(lookupSpan(full.map, 0, 6)).toMatchObject({ exact: true, repeated: false });
  });

  it('leads the block of a macro call into the block', async () => {
    const source = 'select {{#wrap}}inner{{/wrap}}';
    const { full } = await compileModel({ ...macros, 'models/m.sql': source }, 'm');
    expect(full.sql).toBe('select <inner>');
    expect(lookupSpan(full.map, 8, 5)).toEqual({ span: { path: 'models/m.sql', start: 16, end: 21 }, exact: true, repeated: false });
    expect(lookupSpan(full.map, 7, 1)).toEqual({
      span: { path: 'models/m.sql', start: 7, end: 16 },
      exact: false,
      repeated: false,
      inMacro: { path: 'macros/m.sql', start: 64, end: 65 },
    });
  });
});
