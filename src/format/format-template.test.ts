import { describe, expect, it } from 'vitest';
import { defaultFormat } from '../project/format-style.ts';
import type { FormatStyle } from '../project/format-style.ts';
import { formatTemplate } from './format-template.ts';
import { proveSame } from './prove-same.ts';

function format(text: string, style: Partial<FormatStyle> = {}): string {
  const formatted = formatTemplate(text, { ...defaultFormat, ...style });
  if (formatted.kind === 'refused') throw new Error(`refused: ${formatted.refusal.why} at ${formatted.refusal.start}`);
  return formatted.text;
}

function refusal(text: string): string {
  const formatted = formatTemplate(text, defaultFormat);
  return formatted.kind === 'refused'
    ? `${formatted.refusal.why} ${text.slice(formatted.refusal.start, formatted.refusal.end)}`
    : formatted.text;
}

describe('refusals', () => {
  it.each([
    ['select f(a from t', 'brackets ('],
    ['select a) from t', 'brackets )'],
    ['select {{#if x}}\n(a\n{{else}}\nb\n{{/if}}', 'brackets ('],
    ['select case when a then b from t', 'brackets case'],
    ['select {{#if x}}\ncase when a\n{{/if}}\nthen b', 'brackets case'],
    ["select 'a from t", "unclosed '"],
    ['select a /* b', 'unclosed /'],
    ['select $a$ b', 'unclosed $'],
    ['select a, -- b\n{{~x}} , c', 'unproven -'],
    ['select a, -- b {{x~}}\n c', 'unproven -'],
    ['select a\n-- b\n, {{~x}} + 1 as c', 'unproven ~'],
    [`select ${'('.repeat(1000)}1${')'.repeat(1000)}`, 'unreadable ('],
  ])('of %j', (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });
});

describe('case of keywords', () => {
  const upper = (text: string): string => format(text, { keywordCase: 'upper' });

  it('changes where a word can be nothing else', () => {
    expect(upper('select a from t where a is not null and b between 1 and 2')).toBe(
      'SELECT a\nFROM t\nWHERE a IS NOT NULL\n    AND b BETWEEN 1 AND 2',
    );
    expect(upper('select sum(a) over (partition by b order by c nulls last) from t')).toBe(
      'SELECT sum(a) OVER (PARTITION BY b ORDER BY c NULLS LAST)\nFROM t',
    );
  });

  it('does not change names, also where they are keywords elsewhere', () => {
    expect(upper('select t.order, first, rows, "from", a as end from t')).toBe(
      'SELECT\n    t.order,\n    first,\n    rows,\n    "from",\n    a AS end\nFROM t',
    );
    expect(upper('select Left(Name, 1), Values, Date, Interval from t')).toBe(
      'SELECT\n    Left(Name, 1),\n    Values,\n    Date,\n    Interval\nFROM t',
    );
  });
});

describe('the width of lines', () => {
  it('breaks the outermost brackets first', () => {
    expect(format('select f(aaaaaaaaaa, g(bbbbbbbbbb, cccccccccc), dddddddddd) as x from t', { lineWidth: 50 })).toBe(
      'select f(\n    aaaaaaaaaa,\n    g(bbbbbbbbbb, cccccccccc),\n    dddddddddd\n) as x\nfrom t',
    );
  });

  it('breaks lists of clauses, conditions of joins and cases', () => {
    const narrow = (text: string): string => format(text, { lineWidth: 40 });
    expect(narrow('select 1 from t group by aaaaaaaaaaaaa, bbbbbbbbbbbbbb, cccccccc')).toBe(
      'select 1\nfrom t\ngroup by\n    aaaaaaaaaaaaa,\n    bbbbbbbbbbbbbb,\n    cccccccc',
    );
    expect(narrow('select 1 from t join u on t.aaaaaaaa = u.aaaaaaaa and t.b = u.b')).toBe(
      'select 1\nfrom t\njoin u on t.aaaaaaaa = u.aaaaaaaa\n    and t.b = u.b',
    );
    expect(narrow('select a, case when bbbbbbbbbbbb then cccccccc else d end from t')).toBe(
      'select\n    a,\n    case\n        when bbbbbbbbbbbb then cccccccc\n        else d\n    end\nfrom t',
    );
  });
});

describe('QUALIFY', () => {
  it.each([
    ['group by all', 'select a from t group by all'],
    ['a condition that ends with a truth', 'select a from t where b is not true'],
    ['NULL', 'select a from t where b is not null'],
  ])('has a line of its own behind %s', (_, before) => {
    const lines = before.replace(' from', '\nfrom').replace(/ (where|group)/, '\n$1');
    expect(format(`${before} QUALIFY row_number() OVER (order by a) = 1`)).toBe(`${lines}\nqualify row_number() over (order by a) = 1`);
  });

  it('is a name where it stands for one', () => {
    expect(format('select true as x, all_of AS qualify from t')).toBe('select\n    true as x,\n    all_of as qualify\nfrom t');
    expect(format('select a is null QUALIFY, b from t')).toBe('select\n    a is null QUALIFY,\n    b\nfrom t');
  });
});

describe('leading commas', () => {
  const leading = (text: string): string => format(text, { comma: 'leading' });

  it('stand before what they separate, behind comments', () => {
    expect(leading('select a, -- first\n-- about b\nb from t')).toBe('select\n    a -- first\n    -- about b\n    , b\nfrom t');
  });

  it('do not cross a tag', () => {
    const text = 'select\n    a,\n    {{#if x}}\n        b,\n    {{/if}}\n    c\nfrom t';
    expect(leading(text)).toBe(text);
  });

  it('turn into trailing ones and back', () => {
    const text = 'select\n    a -- first\n\n    , b\n    , f(c, d)\nfrom t';
    expect(leading(format(text))).toBe(text);
    expect(format(text)).toBe('select\n    a, -- first\n\n    b,\n    f(c, d)\nfrom t');
  });
});

describe('the comparison of two templates', () => {
  it.each([
    ['a word less', 'select a, b', 'select a,'],
    ['a word more', 'select a', 'select a, b'],
    ['another name', 'select a', 'select A'],
    ['words joined', 'select {{x}} y', 'select {{x}}y'],
    ['words parted', 'select {{x}}_y', 'select {{x}} _y'],
    ['an operator parted', 'a <= b', 'a < = b'],
    ['a cast parted', 'a::b', 'a: :b'],
    ['a prefix parted', "U&'a'", "U& 'a'"],
    ['white space in a string', "'a b'", "'a  b'"],
    ['white space in a tag', '{{f "a"}}', '{{f  "a"}}'],
    ['tags in another order', '{{a}} {{b}}', '{{b}} {{a}}'],
    ['a comma across a tag', 'a, {{#if x}} b {{/if}}', 'a {{#if x}}, b {{/if}}'],
    ['another comment', 'a -- b', 'a -- c'],
    ['no comment', 'a -- b', 'a'],
    ['a comment that swallows code', 'a -- b\nc', 'a -- b c'],
    ['a string in a comment', "/* ' */ a", "/* ' */ A"],
  ])('sees %s', (_, before, after) => {
    expect(proveSame(before, after)).toBeTypeOf('number');
  });

  it('is blind for white space between and the case of keywords', () => {
    expect(proveSame('SELECT a,b>-1 FROM t', 'select\n  a ,\n b > -1\nfrom t')).toBeUndefined();
  });
});
