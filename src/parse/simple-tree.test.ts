import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { parseHandlebars } from './handlebars-tree.ts';
import type { ProgramNode } from './handlebars-tree.ts';
import { lowerTemplate } from './lower-template.ts';
import { scanMustaches } from './scan-mustaches.ts';
import { readSimpleTree } from './simple-tree.ts';

function lowered(text: string, tree: ProgramNode): unknown {
  const diagnostics: Diagnostic[] = [];
  return { nodes: lowerTemplate({ file: { path: 'a.sql', text }, diagnostics }, tree), diagnostics };
}

const simple = (text: string): ProgramNode | undefined => {
  const { tags, problem } = scanMustaches(text, 100);
  return problem === undefined ? readSimpleTree(text, tags) : undefined;
};

/** Compares with the parser of the library; tells whether the simple reader took the text at all. */
function agrees(text: string): boolean {
  const own = simple(text);
  if (own === undefined) return false;
  const reference = parseHandlebars(text);
  if (reference.tree === undefined) throw new Error(`taken, although the grammar refuses it: ${text}`);
  expect(lowered(text, own)).toEqual(lowered(text, reference.tree));
  return true;
}

describe('readSimpleTree', () => {
  it.each([
    'select 1',
    '{{ref "orders"}}',
    'select *\nfrom {{ ref "orders" }} as o -- {{x}}\n',
    '{{config materialized="table" tags=(array "a" "b") full_refresh=false}}\nselect 1',
    "{{source 'shop' 'orders'}}{{target.name}}",
    '{{f 1 -2.5 true (g (h a.b) k="v") z=(q)}}',
    '{{! note }}a{{!-- with }} braces --}}b',
    '\r\n{{config a="b"}}\r\nx',
  ])('takes %j and gives the same nodes as the library', (text) => expect(agrees(text)).toBe(true));

  it.each([
    '{{#if x}}a{{/if}}',
    '{{~x}}',
    '{{{x}}}',
    '\\{{x}}',
    '{{> part}}',
    '{{this}}',
    '{{@index}}',
    '{{f null}}',
    '{{[a b]}}',
    '{{f "a"b}}',
    '{{f k= "v"}}',
    '{{"x"}}',
    '{{f k="a" b}}',
  ])('leaves %j to the library', (text) => expect(simple(text)).toBeUndefined());

  it('agrees with the library on random templates that look like tags', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{{',
        '}}',
        '(',
        ')',
        ' ',
        '\n',
        '"',
        "'",
        '=',
        '.',
        '~',
        '{',
        '}',
        '#if ',
        '/if',
        '!',
        '!--',
        '--',
        '\\',
        '|',
        '@',
        '-',
        '1',
        '2.5',
        'true',
        'this',
        'else',
        'as',
        'null',
      ),
      fc.constantFrom(
        'ref',
        'x',
        'config',
        'k',
        'a.b',
        '"v"',
        "'w'",
        '{{x}}',
        '{{ref "a"}}',
        '{{f (g 1) k=2}}',
        'select ',
        ',',
        '-- ',
        '/',
        'é',
        '\t',
        '\r',
      ),
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        if (agrees(pieces.join(''))) taken += 1;
      }),
      { numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(1000);
  });

  it('agrees with the library on random well-formed calls', () => {
    const name = fc.constantFrom(
      'ref',
      'x',
      'a.b.c',
      'config',
      'set',
      'source',
      'true_',
      'falsehood',
      'nullable',
      'thisone',
      'elsewhere',
      'asset',
    );
    const space = fc.constantFrom(' ', '  ', '\n', '\t ', '\r\n');
    const { call } = fc.letrec<{ value: string; call: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('"s"', "'t'", '""', '1', '-2', '3.25', 'true', 'false', '007', '1.0'),
        name,
        tie('call').map((text) => `(${text})`),
      ),
      call: fc
        .tuple(
          name,
          space,
          fc.array(tie('value'), { maxLength: 3 }),
          fc.array(fc.tuple(fc.constantFrom('k', 'scale', 'on'), tie('value')), { maxLength: 2 }),
        )
        .map(([called, gap, args, named]) => [called, ...args, ...named.map(([key, value]) => `${key}=${value}`)].join(gap)),
    }));
    let taken = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('', 'a ', '\n', '  \n'), call, fc.constantFrom('', ' ')), { maxLength: 4 }),
        (parts) => {
          if (agrees(parts.map(([before, text, pad]) => `${before}{{${pad}${text}${pad}}}`).join(''))) taken += 1;
        },
      ),
      { numRuns: 4000 },
    );
    expect(taken).toBeGreaterThan(3500);
  });
});
