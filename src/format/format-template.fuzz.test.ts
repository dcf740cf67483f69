import fc from 'fast-check';
import { loadModule, scanSync } from 'libpg-query';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileModel } from '../compile/compile-fixture.ts';
import { parseTemplate } from '../parse/parse-template.ts';
import { defaultFormat } from '../project/format-style.ts';
import type { FormatStyle } from '../project/format-style.ts';
import { formatTemplate } from './format-template.ts';

/** Words of SQL with white space that is drawn anew for each test. */
type Words = readonly string[];

const names = fc.constantFrom(
  'id',
  'amount',
  'o.status',
  '"Quoted name"',
  'Total',
  'end_at',
  't.order',
  'é',
  '{{x}}',
  '{{x}}_total',
  'pre_{{x}}',
  'a {{~x~}} b',
  'a{{#if true}}b{{/if}}',
  '{{#each (array "p" "q") as |n|}}{{n}}{{/each}}_z',
  '{{#if true~}} c {{~/if}}',
  '{{target.name}}',
);
const literals = fc.constantFrom(
  '1',
  '1e-5',
  '.5',
  "'a'",
  "'it''s }} -- no'",
  "'{{x}} /* no'",
  "$$it's {{x}}$$",
  "E'\\' '",
  "U&'d\\0061'",
  'null',
  "date '2024-01-01'",
);
const operators = fc.constantFrom(
  '+',
  '-',
  '*',
  '=',
  '<>',
  '||',
  '->>',
  '@>',
  '<->',
  'and',
  'or',
  'is not distinct from',
  'not in',
  'like',
);

const expression: fc.Arbitrary<Words> = fc.letrec<{ expression: Words }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(names, literals).map((word) => [word]),
    fc.tuple(tie('expression'), operators, tie('expression')).map(([a, operator, b]) => [...a, operator, ...b]),
    tie('expression').map((a) => ['(', ...a, ')']),
    tie('expression').map((a) => ['-', ...a]),
    fc
      .tuple(fc.constantFrom('sum(', 'coalesce(', 'f ('), fc.array(tie('expression'), { minLength: 1, maxLength: 3 }))
      .map(([call, list]) => [call, ...commas(list), ')']),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([a, b, c]) => ['case', 'when', ...a, 'then', ...b, 'else', ...c, 'end']),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => [...a, 'between', ...b, 'and', '1']),
    tie('expression').map((a) => ['(', 'select', 'max(', ...a, ')', 'from', 't', 'where', ...a, ')']),
    tie('expression').map((a) => ['sum(', ...a, ')', 'over (', 'partition by', 'id', 'order by', ...a, 'desc', ')']),
    tie('expression').map((a) => ['{{#if true}}', ...a, '{{else}}', '1', '{{/if}}']),
    tie('expression').map((a) => [...a, '::', 'int']),
    tie('expression').map((a) => ['array[', ...a, ',', '2', ']']),
  ),
})).expression;

function commas(lists: readonly Words[]): Words {
  return lists.flatMap((list, at) => (at === 0 ? list : [',', ...list]));
}

const items: fc.Arbitrary<Words> = fc
  .array(fc.tuple(expression, fc.constantFrom('', 'as a', 'as {{x}}_b', 'c')), { minLength: 1, maxLength: 4 })
  .map((list) => commas(list.map(([words, alias]) => (alias === '' ? words : [...words, alias]))));

const moreItems: fc.Arbitrary<Words> = fc.oneof(
  fc.constant<Words>([]),
  expression.map((words) => ['{{#each (array "p" "q") as |column|}}', ',', ...words, 'as {{column}}', '{{/each}}']),
  expression.map((words) => ['{{#if false}}', ',', ...words, '{{else}}', ', b', '{{/if}}']),
);

const conditions: fc.Arbitrary<Words> = fc.oneof(
  fc.constant<Words>([]),
  expression.map((words) => ['where', ...words]),
  fc.tuple(expression, expression).map(([a, b]) => ['where', ...a, '{{#if true}}', 'and', ...b, '{{/if}}']),
  expression.map((words) => ['{{#if true}}', 'where', ...words, '{{else}}', 'where false', '{{/if}}']),
);

const query: fc.Arbitrary<Words> = fc.letrec<{ query: Words }>((tie) => ({
  query: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(items, moreItems, conditions)
      .map(([list, more, where]) => ['select', ...list, ...more, 'from', 't', ...where, 'group by', '1', ',', '2']),
    fc.tuple(tie('query'), tie('query')).map(([a, b]) => [...a, 'union all', ...b]),
    fc
      .tuple(tie('query'), items)
      .map(([a, list]) => [
        'with',
        'cte',
        'as',
        '(',
        ...a,
        ')',
        'select',
        ...list,
        'from',
        'cte',
        'left join',
        'u',
        'on',
        'u.id',
        '=',
        'cte.id',
        'and',
        'u.x',
        '=',
        '1',
      ]),
    fc.tuple(tie('query'), tie('query')).map(([a, b]) => ['{{#if true}}', ...a, '{{else}}', ...b, '{{/if}}']),
  ),
})).query;

const gaps = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom(' ', ' ', '\n', '\n\n\n', '\t', '  ') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\n-- note\n',
      ' -- note, {{x}}\n',
      ' /* note */ ',
      '\n/* over\n   lines */\n',
      '{{! note }} ',
      '\n{{!-- note --}}\n',
    ),
  },
);

const template = fc
  .tuple(query, fc.array(gaps, { minLength: 20, maxLength: 60 }), fc.constantFrom('', '\n', '\n\n'))
  .map(
    ([words, between, end]) =>
      `{{config materialized="view"}}{{set "x" "y"}}\n${words.map((word, at) => word + (between[at % between.length] ?? ' ')).join('')}${end}`,
  );

const styles: fc.Arbitrary<FormatStyle> = fc.record({
  keywordCase: fc.constantFrom('lower', 'upper', 'preserve'),
  indent: fc.constantFrom<FormatStyle['indent']>(1, 2, 4, 'tab'),
  comma: fc.constantFrom('trailing', 'leading'),
  lineWidth: fc.constantFrom(40, 60, 100, 200),
});

/** What PostgreSQL's own lexer makes of a text: keywords in lower case, everything else as it is, comments apart. */
function lex(sql: string): { readonly code: readonly string[]; readonly comments: readonly string[] } {
  const bytes = Buffer.from(sql);
  const tokens = scanSync(sql).tokens.map(({ start, end, tokenName }) => ({ text: bytes.subarray(start, end).toString(), tokenName }));
  const isComment = (name: string): boolean => name === 'SQL_COMMENT' || name === 'C_COMMENT';
  const keywords = /^(?:IDENT|SCONST|ICONST|FCONST|BCONST|XCONST|USCONST|UIDENT|PARAM|Op)$/;
  return {
    code: tokens
      .filter(({ tokenName }) => !isComment(tokenName))
      .map(({ text, tokenName }) => (keywords.test(tokenName) ? text : text.toLowerCase())),
    comments: tokens.filter(({ tokenName }) => isComment(tokenName)).map(({ text }) => text),
  };
}

async function compiled(text: string): Promise<string> {
  return (await compileModel({ 'models/m.sql': text }, 'm')).full.sql;
}

describe('formatting any template', () => {
  beforeAll(loadModule);

  it('changes nothing but white space and the case of keywords, by the lexer of an engine, on what it compiles to', async () => {
    let formattedOnes = 0;
    let all = 0;
    await fc.assert(
      fc.asyncProperty(template, styles, async (text, style) => {
        all += 1;
        const formatted = formatTemplate(text, style);
        if (formatted.kind === 'refused') return;
        formattedOnes += 1;
        expect(lex(await compiled(formatted.text))).toEqual(lex(await compiled(text)));
        expect(formatTemplate(formatted.text, style)).toEqual(formatted);
        expect(formatted.text.endsWith('\n')).toBe(text.endsWith('\n'));
      }),
      { numRuns: 80 },
    );
    // A formatter that refuses everything would pass, too.
    expect(formattedOnes / all).toBeGreaterThan(0.95);
  });

  it('never throws, whatever the pieces are', () => {
    const piece = fc.constantFrom(
      '{{x}}',
      '{{#if a}}',
      '{{else}}',
      '{{/if}}',
      '{{{x}}}',
      '\\{{',
      '{{~x~}}',
      '(',
      ')',
      '[',
      '}',
      "'",
      '"',
      '--',
      '/*',
      '*/',
      '$$',
      ',',
      ';',
      'select',
      'from',
      'case',
      'end',
      'between',
      'and',
      'union',
      ' ',
      '\n',
      'é',
      '1e',
      '.',
      '::',
      'U&',
      '{{{{raw}}}}',
      '{{{{/raw}}}}',
      '\ua000',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), styles, (pieces, style) => {
        const text = pieces.join('');
        if (parseTemplate({ path: 'a.sql', text }).diagnostics.length > 0) return;
        const formatted = formatTemplate(text, style);
        if (formatted.kind === 'formatted') expect(formatted.text.replaceAll(/\s/g, '').length).toBe(text.replaceAll(/\s/g, '').length);
      }),
      { numRuns: 1500 },
    );
  });

  it('has the default style as it is documented', () => {
    expect(defaultFormat).toEqual({ keywordCase: 'lower', indent: 4, comma: 'trailing', lineWidth: 100, ignore: [] });
  });
});
