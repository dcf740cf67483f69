import { describe, expect, it } from 'vitest';
import type { Diagnostic } from './diagnostic.ts';
import { describePlace, renderDiagnostic, renderDiagnosticLine } from './frame.ts';
import type { FrameOptions } from './frame.ts';
import { plainPaint } from './paint.ts';
import type { Paint } from './paint.ts';

const path = 'models/marts/orders.sql';

function options(text: string, more: Partial<FrameOptions> = {}): FrameOptions {
  return { paint: plainPaint, unicode: true, width: 80, sources: (wanted) => (wanted === path ? { path, text } : undefined), ...more };
}

function problem(more: Partial<Diagnostic> = {}): Diagnostic {
  return { code: 'key-column-missing', severity: 'error', message: 'no such thing', notes: [], ...more };
}

/** A diagnostic on the text between `<<` and `>>`, and the text without these marks. */
function marked(source: string, more: Partial<Diagnostic> = {}): { text: string; diagnostic: Diagnostic } {
  const start = source.indexOf('<<');
  const end = source.indexOf('>>') - 2;
  return { text: source.replace('<<', '').replace('>>', ''), diagnostic: problem({ span: { path, start, end }, ...more }) };
}

function draw(source: string, more: Partial<Diagnostic> = {}, settings: Partial<FrameOptions> = {}): string {
  const { text, diagnostic } = marked(source, more);
  return `\n${renderDiagnostic(diagnostic, options(text, settings))}\n`;
}

describe('renderDiagnostic', () => {
  it('shows place, line before, caret, message beside the caret, help and notes', () => {
    const frame = draw('select\n  {{/each}}\n  <<o.custmer_id>>\nfrom o\n', {
      message: 'table "o" has no column "custmer_id"',
      help: 'did you mean `customer_id`?',
      notes: [{ message: 'the table comes from here', span: { path, start: 34, end: 38 } }],
    });
    expect(frame).toBe(`
error key-column-missing  models/marts/orders.sql:3:3
    2 │   {{/each}}
    3 │   o.custmer_id
      │   ^^^^^^^^^^^^ table "o" has no column "custmer_id"
  help  did you mean \`customer_id\`?
  note  the table comes from here  models/marts/orders.sql:4:1
    3 │   o.custmer_id
    4 │ from o
      │ ^^^^
`);
  });

  it('puts a message that does not fit beside the caret above the lines, wrapped', () => {
    const frame = draw(
      'select <<a>>',
      { message: 'this message is far too long to stand beside the caret of a narrow terminal' },
      { width: 40 },
    );
    expect(frame).toBe(`
error key-column-missing  models/marts/orders.sql:1:8
  this message is far too long to stand
  beside the caret of a narrow terminal
    1 │ select a
      │        ^
`);
  });

  it('falls back to ASCII', () => {
    expect(draw('select <<a>>', {}, { unicode: false })).toBe(`
error key-column-missing  models/marts/orders.sql:1:8
    1 | select a
      |        ^ no such thing
`);
  });

  it('expands tabs and keeps the caret under the text', () => {
    expect(draw('\tselect\t<<abc>>,')).toBe(`
error key-column-missing  models/marts/orders.sql:1:9
    1 │     select  abc,
      │             ^^^ no such thing
`);
  });

  it('counts wide characters, combined characters and emoji by columns', () => {
    expect(draw("select '表示', 'e\u0301👩‍👩‍👧', <<日本>>x")).toBe(`
error key-column-missing  models/marts/orders.sql:1:28
    1 │ select '表示', 'e\u0301👩‍👩‍👧', 日本x
      │                       ^^^^ no such thing
`);
  });

  it('cuts a long line around the caret', () => {
    const frame = draw(`select ${'a, '.repeat(40)}<<wrong>>, ${'b, '.repeat(40)}`, {}, { width: 60 });
    expect(frame).toBe(`
error key-column-missing  models/marts/orders.sql:1:128
    1 │ … a, a, a, a, a, wrong, b, b, b, b, b, b, b, b, b, …
      │                  ^^^^^ no such thing
`);
  });

  it('cuts a mark that is longer than the line', () => {
    const frame = draw(`select <<${'abcdefghi '.repeat(20)}>> from t`, {}, { width: 40, unicode: false });
    const [, , , source, carets] = frame.split('\n');
    expect(source).toBe('    1 | select abcdefghi abcdefghi ab...');
    expect(carets).toBe(`      |        ${'^'.repeat(25)}`);
  });

  it('marks each line of a span that goes over lines, without the space around them', () => {
    expect(draw('select\n  <<a +\n\n    b>> as c\nfrom t')).toBe(`
error key-column-missing  models/marts/orders.sql:2:3
  no such thing
    1 │ select
    2 │   a +
      │   ^^^
    3 │
    4 │     b as c
      │     ^
`);
  });

  it('leaves out the middle of a span of many lines', () => {
    expect(draw('<<select\n  a,\n  b,\n  c,\n  d\nfrom t>>')).toBe(`
error key-column-missing  models/marts/orders.sql:1:1
  no such thing
    1 │ select
      │ ^^^^^^
    2 │   a,
      │   ^^
      │ …
    6 │ from t
      │ ^^^^^^
`);
  });

  it('keeps a span that ends with its line break on its line', () => {
    expect(draw('select 1\r\n<<select 2\r\n>>select 3')).toBe(`
error key-column-missing  models/marts/orders.sql:2:1
    1 │ select 1
    2 │ select 2
      │ ^^^^^^^^ no such thing
`);
  });

  it('points behind the last character at the end of a file', () => {
    expect(draw('select a from<<>>')).toBe(`
error key-column-missing  models/marts/orders.sql:1:14
    1 │ select a from
      │              ^ no such thing
`);
  });

  it('names only the file for an empty span at its start, and only the node without a span', () => {
    expect(renderDiagnostic(problem({ span: { path, start: 0, end: 0 } }), options('select 1'))).toBe(
      'error key-column-missing  models/marts/orders.sql\n  no such thing',
    );
    expect(renderDiagnostic(problem({ node: 'model.shop.orders' }), options(''))).toBe(
      'error key-column-missing  model.shop.orders\n  no such thing',
    );
    expect(renderDiagnostic(problem({ severity: 'warning' }), options(''))).toBe('warning key-column-missing\n  no such thing');
  });

  it('names only the file when its text is not at hand', () => {
    expect(renderDiagnostic(problem({ span: { path: 'seeds/a.csv', start: 5, end: 6 } }), options(''))).toBe(
      'error key-column-missing  seeds/a.csv\n  no such thing',
    );
  });

  it('shows the compiled text in a second frame', () => {
    const frame = draw('select {{<<star "x">>}}', {
      excerpt: {
        path: 'target/compiled/shop/orders.sql',
        firstLine: 9,
        lines: ['select', '  custmer_id', 'from o'],
        line: 10,
        column: 3,
        length: 10,
      },
    });
    expect(frame).toBe(`
error key-column-missing  models/marts/orders.sql:1:10
    1 │ select {{star "x"}}
      │          ^^^^^^^^ no such thing
  note  compiled to  target/compiled/shop/orders.sql:10:3
    9 │ select
   10 │   custmer_id
      │   ^^^^^^^^^^
`);
  });

  it('colours the label, the place and the caret when it may', () => {
    const tag = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const paint: Paint = { bold: tag('b'), dim: tag('d'), red: tag('r'), green: tag('g'), yellow: tag('y'), cyan: tag('c') };
    expect(draw('select <<a>>', { help: 'try `b`' }, { paint })).toBe(`
<b><r>error</r></b> <b>key-column-missing</b>  <c>models/marts/orders.sql:1:8</c>
<d>    1 │</d> select a
<d>      │</d>        <r>^</r> <r>no such thing</r>
  <c>help</c>  try \`b\`
`);
  });

  it('shows control characters of the source as marks and drops those of messages', () => {
    const frame = draw('select <<a\u001b[31m\u202e>> from t', { message: 'bad \u001b[2Jthing\u0007\u001b]0;title\u0007' });
    expect(frame).toBe(`
error key-column-missing  models/marts/orders.sql:1:8
    1 │ select a�[31m� from t
      │        ^^^^^^^ bad thing
`);
  });

  it('masks secrets before it cuts lines, and keeps the caret in place', () => {
    const findSecrets = (text: string): { start: number; end: number }[] => {
      const start = text.indexOf('hunter22');
      return start < 0 ? [] : [{ start, end: start + 8 }];
    };
    expect(draw('url: hunter22@<<host>>', { message: 'cannot reach hunter22' }, { findSecrets })).toBe(`
error key-column-missing  models/marts/orders.sql:1:15
    1 │ url: ***@host
      │          ^^^^ cannot reach ***
`);
    expect(draw('url: <<hunter22>> ', {}, { findSecrets })).toContain('      │      ^^^ no such thing');
    const narrow = draw(`<<url>>: ${'x'.repeat(16)}hunter22${'y'.repeat(60)}`, {}, { findSecrets, width: 32 });
    expect(narrow).not.toMatch(/hun|ter22/);
  });

  it('uses another first word when it is given one', () => {
    expect(draw('<<a>>', {}, { label: 'fail' })).toContain('\nfail key-column-missing  models/marts/orders.sql:1:1\n');
  });
});

describe('renderDiagnosticLine', () => {
  it('puts everything on one line, place first', () => {
    const { text, diagnostic } = marked('a\n <<b>>', { message: 'two\nlines', help: 'do it' });
    expect(renderDiagnosticLine(diagnostic, options(text))).toBe(
      'models/marts/orders.sql:2:2: error key-column-missing: two lines (do it)',
    );
    expect(renderDiagnosticLine(problem(), options(''))).toBe('error key-column-missing: no such thing');
  });
});

describe('describePlace', () => {
  it('counts lines and columns from one', () => {
    expect(describePlace({ path, start: 3, end: 4 }, options('ab\ncd').sources)).toBe(`${path}:2:1`);
  });
});
