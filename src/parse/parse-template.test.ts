import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFile } from './parse-file.ts';
import { maxTemplateDepth, maxTemplateLength, parseTemplate } from './parse-template.ts';
import type { TemplateNode } from './template.ts';

const file = (text: string) => ({ path: 'models/m.sql', text });

/** Code, message, help and marked text of each problem. */
function problems(text: string): readonly (readonly [string, string, string | undefined, string])[] {
  return parseTemplate(file(text)).diagnostics.map(({ code, message, help, span }) => [
    code,
    message,
    help,
    text.slice(span?.start, span?.end),
  ]);
}

/** All texts of a template, in order, with where they stand. */
function texts(nodes: readonly TemplateNode[]): readonly { readonly text: string; readonly start: number; readonly end: number }[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'text') return [{ text: node.text, start: node.span.start, end: node.span.end }];
    return node.kind === 'block' ? [...texts(node.body), ...texts(node.otherwise ?? [])] : [];
  });
}

describe('a template that is not well formed', () => {
  it.each([
    [
      'select\n{{ref "a"',
      [
        'template-unclosed',
        '`{{`, opened on line 2, is not closed',
        'end it with `}}`; braces that belong to the SQL are written `\\{{`',
        '{{ref "a"',
      ],
    ],
    ['a {{!-- b', ['template-unclosed', '`{{!--`, opened on line 1, is not closed', 'end it with `--}}`', '{{!-- b']],
    ['{{{a}', ['template-unclosed', '`{{{`, opened on line 1, is not closed', 'end it with `}}}`', '{{{a}']],
    ['{{{{raw}}}} a', ['template-unclosed', '`{{{{`, opened on line 1, is not closed', 'end it with `{{{{/raw}}}}`', '{{{{raw}}}} a']],
    ['a\n{{#if x}}\nb', ['template-unclosed', '`{{#if}}`, opened on line 2, is not closed', 'end it with `{{/if}}`', '{{#if x}}']],
    [
      '\n{{#if x}}{{#each y as |z|}}{{/if}}',
      ['template-wrong-close', '`{{/if}}` closes the block `each` of line 2', 'close `each` first: `{{/each}}`', '{{/if}}'],
    ],
    ['a {{/if}}', ['template-syntax', '`{{/if}}` belongs to no open block', 'take it away, or open the block before it', '{{/if}}']],
    ['{{else}}', ['template-syntax', '`{{else}}` belongs to no open block', 'take it away, or open the block before it', '{{else}}']],
    [
      '{{#if a + 1}}{{/if}}',
      [
        'template-syntax',
        '`+` was not expected here',
        'there are no operators: write `(eq a b)`, `(gt a b)`, `(and a b)`, `(add a b)`',
        '+',
      ],
    ],
    ['{{f a, b}}', ['template-syntax', '`a,` was not expected here', 'arguments are separated by spaces, not by commas', 'a']],
    [
      '{{f a=1 b}}',
      [
        'template-syntax',
        '`}}` was not expected here',
        'named arguments come last, and each needs a value: `{{name "value" key="value"}}`',
        '}}',
      ],
    ],
    [
      `select map {{'c': 2}: {'d': 3}}`,
      ['template-syntax', '`}` was not expected here', 'braces that belong to the SQL are written `\\{{`', ':'],
    ],
    ['{{}}', ['template-syntax', '`}}` was not expected here', 'write an expression between the braces, such as `{{ref "orders"}}`', '}}']],
    [
      '{{#if a}}{{else}}{{else}}{{/if}}',
      ['template-syntax', '`{{else}}` was not expected here', 'a block has one `{{else}}`, and it comes last', '{{else}}'],
    ],
    ['{{f as |x|}}', ['template-syntax', '`as` was not expected here', 'only blocks name values: `{{#each list as |item|}}`', 'as |']],
  ])('%j', (text, problem) => {
    const [found] = problems(text);
    expect(found?.slice(0, 3)).toEqual(problem.slice(0, 3));
  });

  it('comes back as broken and without nodes', () => {
    expect(parseTemplate(file('{{#if x}}')).value).toMatchObject({ nodes: [], broken: true });
  });

  it('has its problems under the id of its node where the project is known', () => {
    const source = { kind: 'model', path: 'models/a/m.SQL', base: 'models', text: '{{' } as const;
    expect(parseFile(source, 'shop').diagnostics[0]?.node).toBe('model.shop.m');
  });
});

describe('what Handlebars knows and templates do not', () => {
  it.each([
    [
      '{{> part}}',
      'a partial (`{{> …}}`) is not part of the template language',
      'write a macro, `{{#macro "name" "argument"}}…{{/macro}}` in a file of `macros/`, and call it: `{{name "value"}}`',
    ],
    ['{{#> part}}x{{/part}}', 'a partial (`{{> …}}`) is not part of the template language', undefined],
    [
      '{{* deco}}',
      'a decorator (`{{* …}}`) is not part of the template language',
      'name a value with `{{set "name" value}}`, or write a macro in a file of `macros/`',
    ],
    ['{{../x}}', 'the path `../x` is not part of the template language', 'all outer names stay inside a block: write `{{x}}`'],
    [
      '{{this.x}}',
      'the path `this.x` is not part of the template language',
      'there is no changing context: write `{{x}}`, and name items with `{{#each list as |item|}}`',
    ],
    ['{{./x}}', 'the path `./x` is not part of the template language', undefined],
    ['{{x/y}}', 'the path `x/y` is not part of the template language', 'write `{{x.y}}`'],
    [
      '{{@root.x}}',
      '`@root.x` is not part of the template language',
      'inside `{{#each}}` there are `@index`, `@first`, `@last` and `@key`',
    ],
    ['{{x.y "a"}}', 'calling `x.y` is not part of the template language', undefined],
    ['{{"x" 1}}', 'calling `"x"` is not part of the template language', undefined],
    ['{{f a=1 a=2}}', 'giving `a=` twice is not part of the template language', 'keep one of them'],
    [
      '{{{{verbatim}}}}x{{{{/verbatim}}}}',
      'the raw block `verbatim` is not part of the template language',
      'text that is no template stands in `{{{{raw}}}}…{{{{/raw}}}}`',
    ],
  ])('%s', (text, message, help) => {
    const [found] = problems(text);
    expect(found?.slice(0, 2)).toEqual(['template-unsupported', message]);
    if (help !== undefined) expect(found?.[2]).toBe(help);
  });
});

describe('bounds', () => {
  it('hold for the length', () => {
    expect(problems(' '.repeat(maxTemplateLength + 1))).toEqual([
      [
        'template-limit',
        'the template is longer than the limit of 1,048,576 characters',
        'split the template; large data belongs in a seed or a source',
        '',
      ],
    ]);
    expect(problems(' '.repeat(maxTemplateLength))).toEqual([]);
  });

  it.each([
    ['blocks', '{{#if x}}', '{{/if}}'],
    ['calls', '{{f ', '}}'],
  ])('hold for the depth of %s', (kind, open, close) => {
    const nested = (depth: number): string =>
      kind === 'blocks' ? open.repeat(depth) + close.repeat(depth) : open + '(f '.repeat(depth) + '1' + ')'.repeat(depth) + close;
    expect(problems(nested(maxTemplateDepth))).toEqual([]);
    expect(problems(nested(maxTemplateDepth + 1)).map(([code, message]) => [code, message])).toEqual([
      ['template-limit', 'blocks or calls nest deeper than the limit of 100 levels'],
    ]);
    expect(problems(nested(20_000)).length).toBe(1);
  });
});

/** A template around a piece of one, so that it parses if the piece is right. */
function wholeTemplate(piece: string): string {
  const closed = /^\{\{\/(\w+)/.exec(piece)?.[1];
  if (closed !== undefined) return `{{#${closed} x${closed === 'each' ? ' as |y|' : ''}}}${piece}`;
  if (piece.startsWith('{{else')) return `{{#if x}}${piece}{{/if}}`;
  if (piece.startsWith('{{{{')) return '{{{{raw}}}}{{{{/raw}}}}';
  const opened = /^\{\{#(\w+)/.exec(piece)?.[1];
  return opened === undefined || piece.endsWith(`{{/${opened}}}`) ? piece : `${piece}{{/${opened}}}`;
}

describe('Jinja', () => {
  it.each([
    [`{{ ref('orders') }}`, '{{ref "orders"}}'],
    [`{{ ref('pkg', "orders") }}`, '{{ref "pkg" "orders"}}'],
    [`{{ source('a', 'b') }}`, '{{source "a" "b"}}'],
    [`{{ config(tags=['a', 'b'], enabled=True) }}`, '{{config tags=(array "a" "b") enabled=true}}'],
    [`{{ var('x', 1) }}`, '{{var "x" default=1}}'],
    [`{{ dbt_utils.surrogate_key(['a']) }}`, '{{surrogate_key (array "a")}}'],
    [`{{ dollars('a', scale=var('s')) }}`, '{{dollars "a" scale=(var "s")}}'],
    [`{{- x -}}`, '{{~x~}}'],
    [`{% if is_incremental() %}`, '{{#if is_incremental}}'],
    [`{%- if target.name == 'dev' -%}`, '{{#if (eq target.name "dev")}}'],
    [`{% elif not x %}`, '{{else if (not x)}}'],
    [`{% else %}`, '{{else}}'],
    [`{% endif %}`, '{{/if}}'],
    [`{% for c in ['a', 'b'] %}`, '{{#each (array "a" "b") as |c|}}'],
    [`{% endfor %}`, '{{/each}}'],
    [`{% set x = var('y') %}`, '{{set "x" (var "y")}}'],
    [`{% set x %}`, '{{#set "x"}}'],
    [`{% macro f(a, b=2) %}`, '{{#macro "f" "a" b=2}}'],
    [`{% endmacro %}`, '{{/macro}}'],
    [`{% raw %}`, '{{{{raw}}}}'],
    [`{# note #}`, '{{!-- note --}}'],
    // Half converted.
    ['{{#if is_incremental()}}', '{{#if is_incremental}}'],
    ['{{else if is_incremental()}}', '{{else if is_incremental}}'],
    [`{{#if target.name == 'dev'}}`, '{{#if (eq target.name "dev")}}'],
    ['{{#if not is_incremental}}', '{{#if (not is_incremental)}}'],
    ['{{#unless a and (b or not c)}}', '{{#unless (and a (or b (not c)))}}'],
    ['{{#if (eq x var("y"))}}', '{{#if (eq x (var "y"))}}'],
    ['{{#each range(3) as |i|}}', '{{#each (range 3) as |i|}}'],
    ['{{set "x" var("y", 1)}}', '{{set "x" (var "y" default=1)}}'],
    [`{{config materialized=var('m')}}`, '{{config materialized=(var "m")}}'],
    // Conditions of any form.
    ['{% if var("x", false) and not is_incremental() %}', '{{#if (and (var "x" default=false) (not is_incremental))}}'],
    [`{% if a not in ['x', 'y'] or b < 2 + 1 %}`, '{{#if (or (not (in a (array "x" "y"))) (lt b (add 2 1)))}}'],
    ['{% if not loop.last %}', '{{#if (not @last)}}'],
    ['{% elif xs|length > 0 %}', '{{else if (gt (length xs) 0)}}'],
    // Values of any form.
    ['{{ "," if not loop.last }}', '{{#if (not @last)}},{{/if}}'],
    [`{{ 'a' if x == 1 else y | upper }}`, '{{#if (eq x 1)}}a{{else}}{{upper y}}{{/if}}'],
    [`{{ xs | join(', ') }}`, '{{join xs ", "}}'],
    [`{{ ', '.join(xs) }}`, '{{join xs ", "}}'],
    ['{{ name.upper() }}', '{{upper name}}'],
    [`{{- ref('x') -}}`, '{{~ref "x"~}}'],
    ['{{ f() }}', '{{f}}'],
    ['{{ f(g()) }}', '{{f (g)}}'],
    [`{% set d = {'a': 1} %}`, '{{set "d" (object "a" 1)}}'],
    ['{% set x = a["b"] %}', '{{set "x" (get a "b")}}'],
    ['{% for k, v in d.items() %}', '{{#each d as |v k|}}'],
    ['{% macro f() %}', '{{#macro "f"}}'],
    // Functions of packages, with named arguments at their places.
    [`{{ dbt_utils.generate_surrogate_key(['a']) }}`, '{{surrogate_key (array "a")}}'],
    [`{{ dbt.safe_divide(denominator='b', numerator='a') }}`, '{{safe_divide "a" "b"}}'],
    [`{{ dbt_utils.pivot('c', ['x'], then_value='y') }}`, '{{pivot "c" (array "x") then="y"}}'],
  ])('%s is shown as %s', (text, form) => {
    expect(problems(`select 1 -- it's\n${text} as x`)).toEqual([['jinja-syntax', `\`${text}\` is Jinja`, `write \`${form}\``, text]]);
    expect(problems(wholeTemplate(form))).toEqual([]);
  });

  const generic = 'templates are written with Handlebars: `{{ref "orders"}}`, `{{#if (and a (not b))}}…{{/if}}`';
  const foreign = (name: string): string =>
    `\`${name}\` has no counterpart here: write the SQL itself, or a macro of your own in a file of \`macros/\``;
  it.each([
    ['{{ dbt_utils.group_by(2) }}', foreign('dbt_utils.group_by')],
    [`{{ dbt_utils.pivot('c', ['x'], cmp='>') }}`, foreign('dbt_utils.pivot(cmp=…)')],
    ['{% if execute %}', foreign('execute')],
    [`{% set r = run_query('select 1') %}`, foreign('run_query')],
    ['{{ x | batch(2) }}', foreign('batch')],
    ['{% if x is none %}', generic],
    ['{% if a + b %}', generic],
    [`{{ f('it\\'s "x"') }}`, generic],
    ['{% do xs.append(1) %}', generic],
    ['{{#if x ||}}', generic],
  ])('%s has no form', (text, help) => {
    expect(problems(text)).toEqual([['jinja-syntax', `\`${text}\` is Jinja`, help, text]]);
  });

  it('is found as deep as calls may nest, and given up beyond', () => {
    const nested = (depth: number): string => `{{ ${'f('.repeat(depth)}1${')'.repeat(depth)} }}`;
    expect(problems(nested(3))[0]?.[2]).toBe('write `{{f (f (f 1))}}`');
    expect(problems(nested(20_000))[0]?.[2]).toBe(generic);
  });

  it('is reported at every place, before anything else', () => {
    expect(problems(`{% if x %}{{ ref('a') }}{% endif %}{{#if`).map(([code, , , at]) => [code, at])).toEqual([
      ['jinja-syntax', '{% if x %}'],
      ['jinja-syntax', `{{ ref('a') }}`],
      ['jinja-syntax', '{% endif %}'],
    ]);
  });

  it.each([
    `select '{% x %}' as a, "{# b #}" as b -- {% c %}`,
    '/* {% x %} */ select 1',
    'select $$ {% x %} $$',
    '{{!-- {{ ref(1) }} {% x %} --}}select 1',
    '{{{{raw}}}}{% x %} {{ ref(1) }}{{{{/raw}}}}',
    '{{concat "{% x %}"}}',
    '\\{{ ref(1) }}',
    '{{ref (concat "a")}} {{#if (eq 1 (f 2))}}{{/if}}',
    '{{{x}}} {{-1}}',
    '{{#if (and a (not (in b (array "if not |" \'f(x) == 1\'))))}}{{else if ( or a b)}}{{/if}}',
    '{{#each xs as |x i|}}{{#join xs ", " as |y|}}{{y}}{{/join}}{{/each}}',
    '{{f "," in=1 or=2}} {{~f "a if b"~}}',
  ])('is none: %s', (text) => {
    expect(problems(text)).toEqual([]);
  });
});

describe('texts', () => {
  const pieces = fc.oneof(
    fc.constantFrom('select ', ' ', '\n', '\r\n', '\r', '\t', '  \n', "it's", '-- x\n', '\u2028', 'é', '😀', '{', '}', '\\'),
    fc.constantFrom(
      '{{x}}',
      '{{~x~}}',
      '{{{x}}}',
      '{{&x}}',
      '{{config a=1}}',
      '{{set "a" (f 1 "b")}}',
      '{{!-- c\n --}}',
      '{{! c }}',
      '{{~!-- c --~}}',
      '\\{{x}}',
      '\\\\{{x}}',
    ),
    fc.constantFrom('{{{{raw}}}}{{ y }}\n{{{{/raw}}}}', '{{{{raw}}}}{{{{/raw}}}}'),
  );
  const body = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
  const block = fc
    .tuple(body, body, body, fc.constantFrom('{{else}}', '{{~else~}}', '{{^}}', '{{else if z}}', ''))
    .map(([before, first, second, middle]) => `${before}{{#if x}}${first}${middle}${second}{{/if}}`);
  const template = fc.array(fc.oneof(body, block), { maxLength: 6 }).map((parts) => parts.join(''));

  it('slice exactly out of the source, in order and without overlap', () => {
    fc.assert(
      fc.property(template, (text) => {
        const parsed = parseTemplate(file(text));
        // A backslash before a tag of the generator, or braces side by side, can make something else of it.
        fc.pre(parsed.value.broken !== true);
        let last = 0;
        for (const piece of texts(parsed.value.nodes)) {
          expect(piece.text).toBe(text.slice(piece.start, piece.end));
          expect(piece.text).not.toBe('');
          expect(piece.start).toBeGreaterThanOrEqual(last);
          last = piece.end;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('lose nothing but tags, white space next to them and backslashes before braces', () => {
    fc.assert(
      fc.property(template, (text) => {
        const parsed = parseTemplate(file(text));
        fc.pre(parsed.value.broken !== true);
        const kept = new Set<number>();
        for (const piece of texts(parsed.value.nodes)) for (let at = piece.start; at < piece.end; at += 1) kept.add(at);
        const lost =
          [...text].length === 0
            ? ''
            : Array.from({ length: text.length }, (_, at) => (kept.has(at) ? '\u0001' : text.charAt(at))).join('');
        for (const run of lost.split('\u0001'))
          expect(run.replaceAll(/\{\{\{\{\/?raw\}\}\}\}|\{\{[\s\S]*?\}\}\}?/g, '').replaceAll(/[\s\\]/g, '')).toBe('');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a file of macros', () => {
  const parse = (text: string) => parseFile({ kind: 'macro', path: 'macros/m.sql', base: 'macros', text });

  it('holds definitions and comments', () => {
    const { value, diagnostics } = parse(
      '{{!-- c --}}\n{{#macro "f" "a" b=(g 1) engine="duckdb"}}x{{/macro}}\n\n{{#macro "g"}}{{/macro}}\n',
    );
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({
      kind: 'macros',
      macros: [
        { name: 'f', parameters: ['a'], defaults: [{ name: 'b' }], engine: 'duckdb' },
        { name: 'g', parameters: [], defaults: [] },
      ],
    });
  });

  it.each([
    ['select 1', 'macro-file-content', 'a macro file holds macros and comments, nothing else'],
    ['{{set "x" 1}}', 'macro-file-content', 'a macro file holds macros and comments, nothing else'],
    ['{{#macro f}}{{/macro}}', 'macro-definition', 'a macro starts with its name in quotes'],
    ['{{#macro "f g"}}{{/macro}}', 'macro-definition', '`f g` is no name for a macro: letters, digits and underscores'],
    ['{{#macro "f" a}}{{/macro}}', 'macro-definition', 'a macro names its arguments in quotes'],
    ['{{#macro "f" "a" a=1}}{{/macro}}', 'macro-definition', 'the argument `a` is named twice'],
    ['{{#macro "f" "a b"}}{{/macro}}', 'macro-definition', '`a b` is no name for an argument: letters, digits and underscores'],
    ['{{#macro "f" as |x|}}{{/macro}}', 'macro-definition', 'a macro names its arguments in quotes, not with `as |…|`'],
    ['{{#macro "f"}}{{else}}{{/macro}}', 'macro-definition', 'a macro has no `{{else}}`'],
    ['{{#macro "f" engine=1}}{{/macro}}', 'macro-definition', '`engine=` is the word of a target’s `type:`, in quotes'],
  ])('refuses %s', (text, code, message) => {
    expect(parse(text).diagnostics.map((entry) => [entry.code, entry.message])).toEqual([[code, message]]);
  });
});
