import { describe, expect, it } from 'vitest';
import { compileFiles, compileModel, modelNamed, problems, problemsOf, render } from './compile-fixture.ts';

const orders = { 'models/orders.sql': 'select 1 as id' };

describe('dependencies', () => {
  it('are the refs that either rendering reaches', async () => {
    const files = {
      'models/a.sql': 'select 1 as id',
      'models/b.sql': 'select 1 as id',
      'models/m.sql': '{{config materialized="incremental"}}\nselect * from {{#if is_incremental}}{{ref "b"}}{{else}}{{ref "a"}}{{/if}}',
    };
    const model = await compileModel(files, 'm');
    expect(model.dependsOn.map((entry) => entry.id)).toEqual(['model.shop.a', 'model.shop.b']);
    expect(model.full.sql).toBe('select * from "main"."a"');
    expect(model.incremental?.sql).toBe('select * from "main"."b"');
  });

  it('are not the refs of branches that no rendering takes, which may name anything', async () => {
    const files = {
      'project.yaml': 'vars: { legacy: false }\n',
      'models/m.sql': 'select 1 as x {{#if (var "legacy")}}from {{ref "gone"}}{{/if}}',
    };
    const model = await compileModel(files, 'm');
    expect(model.dependsOn).toEqual([]);
  });

  it('count in SQL comments, and not in template comments', async () => {
    const files = {
      ...orders,
      'models/b.sql': 'select 1 as x',
      'models/m.sql': '-- depends_on: {{ref "orders"}}\n{{!-- {{ref "b"}} --}}\nselect 1 as x',
    };
    const model = await compileModel(files, 'm');
    expect(model.dependsOn.map((entry) => entry.id)).toEqual(['model.shop.orders']);
  });

  it('may have names made of values, also inside macros', async () => {
    const files = {
      ...orders,
      'macros/m.sql': '{{#macro "any" "what"}}{{ref (concat "ord" what)}}{{/macro}}',
      'models/m.sql': 'select * from {{any "ers"}}, {{ref (concat "or" "ders")}} as o',
    };
    expect((await compileModel(files, 'm')).full.sql).toBe('select * from "main"."orders", "main"."orders" as o');
  });

  it('may be written with the name of the project', async () => {
    expect(await render('from {{ref "shop" "orders"}}', orders)).toBe('from "main"."orders"');
  });
});

describe('this', () => {
  it.each(['view', 'ephemeral'])('cannot be read by a model without rows of its own: %s', async (materialized) => {
    const text = `{{config materialized="${materialized}"}}\n-- {{this}}\nselect '{{this}}' as name\nfrom {{this}}`;
    const { diagnostics } = await compileFiles({ 'models/m.sql': text });
    expect(diagnostics.map(({ code, span }) => [code, span?.start])).toEqual([['self-reference', text.lastIndexOf('{{')]]);
  });
  it.each(['table', 'incremental'])('can be read by others: %s', async (materialized) => {
    const { diagnostics } = await compileFiles({ 'models/m.sql': `{{config materialized="${materialized}"}}select * from {{this}}` });
    expect(diagnostics).toEqual([]);
  });

  it('is the relation of the model that is rendered, in macros, loops and as an argument', async () => {
    const macros = {
      'macros/m.sql': '{{#macro "max_of" "relation"}}(select max(x) from {{relation}}) + (select 1 from {{this}}){{/macro}}',
    };
    expect(await render('{{#each (array 1) as |i|}}{{max_of this}}{{/each}}', macros)).toBe(
      '(select max(x) from "main"."m") + (select 1 from "main"."m")',
    );
  });

  it('has the schema and the alias of the model', async () => {
    expect(await render('{{config schema="marts" alias="final" materialized="table"}}{{this}}')).toBe('"main_marts"."final"');
  });

  it('is the way to read oneself', async () => {
    expect(await problemsOf('select * from {{ref "m"}}')).toEqual(['self-reference: model `m` refers to itself']);
  });
});

describe('scope', () => {
  it('keeps outer names inside blocks', async () => {
    expect(await render('{{set "a" "outer"}}{{#each (array 1 2) as |x|}}{{a}}{{x}} {{/each}}')).toBe('outer1 outer2 ');
  });

  it('knows the position in a loop', async () => {
    const template = '{{#each (array "a" "b") as |x i|}}{{i}}{{@index}}{{@first}}{{@last}}{{@key}}{{x}};{{/each}}';
    expect(await render(template)).toBe('00truefalse0a;11falsetrue1b;');
  });

  it('keeps the position of the loop inside of conditions', async () => {
    expect(await render('{{#each (array "a" "b") as |x|}}{{x}}{{#unless @last}},{{/unless}}{{/each}}')).toBe('a,b');
  });

  it('has an else for the empty list', async () => {
    expect(await render('{{#each (array) as |x|}}{{x}}{{else}}none{{/each}}')).toBe('none');
  });

  it('walks over objects by value and key, in source order', async () => {
    expect(await render('{{#each (object "b" 1 "a" 2) as |value key|}}{{key}}={{value}} {{/each}}')).toBe('b=1 a=2 ');
  });

  it('wants a name for the item', async () => {
    const [problem] = await problems({ 'models/m.sql': 'select {{#each (array 1)}}x{{/each}}' });
    expect(problem).toEqual({
      code: 'block-form',
      message: '`{{#each}}` names its item',
      help: 'write `{{#each list as |item|}}…{{/each}}`',
      at: 'models/m.sql:{{#each (array 1)}}',
    });
  });

  it('ends a name that set gave with its block', async () => {
    expect(await problemsOf('select {{#if true}}{{set "a" 1}}{{a}}{{/if}} {{a}}')).toEqual(['unknown-name: there is no value `a` here']);
  });

  it('does not show the names of the caller to a macro', async () => {
    const macros = { 'macros/m.sql': '{{#macro "peek"}}{{secret}}{{/macro}}' };
    expect(await problemsOf('select {{set "secret" 1}}{{peek}}', macros)).toEqual(['unknown-name: there is no value `secret` here']);
  });

  it('puts local names before macros and macros before built-ins, with a warning', async () => {
    const files = {
      'macros/m.sql': '{{#macro "upper" "x"}}UP({{x}}){{/macro}}\n{{#macro "tag"}}macro{{/macro}}',
      'models/m.sql': 'select {{upper "a"}} {{tag}} {{set "tag" "local"}}{{tag}}',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(modelNamed(project, 'm').full.sql).toBe('select UP(a) macro local');
    expect(diagnostics.map(({ code, severity, message }) => [code, severity, message])).toEqual([
      ['shadows-built-in', 'warning', 'macro `upper` hides the built-in of that name'],
    ]);
  });

  it('warns of arguments of macros that hide a built-in, at their names', async () => {
    const { diagnostics } = await compileFiles({
      'macros/m.sql': '{{#macro "f" "first" min=1}}{{first}}{{min}}{{/macro}}',
      'models/m.sql': 'select {{f 1}}',
    });
    expect(diagnostics.map(({ code, span }) => [code, span?.start, span?.end])).toEqual([
      ['shadows-built-in', 13, 20],
      ['shadows-built-in', 21, 26],
    ]);
  });

  it('warns of block parameters and values that hide a built-in', async () => {
    const found = await problemsOf('{{set "first" 1}}select {{first}} {{#each (array 1) as |last|}}{{last}}{{/each}}');
    expect(found).toEqual([
      'shadows-built-in: value `first` hides the built-in of that name',
      'shadows-built-in: block parameter `last` hides the built-in of that name',
    ]);
  });
});

describe('set', () => {
  it('captures text without the line ends at its edges', async () => {
    expect(await render('{{#set "cols"}}\na, b\n{{/set}}\n[{{cols}}]')).toBe('[a, b]');
  });

  it.each([
    ['{{set x 1}}', 'block-form: `{{#set}}` takes a name in quotes'],
    ['{{set "x"}}', 'block-form: `{{#set}}` takes one name and one value'],
    ['{{set "a b" 1}}', 'block-form: `{{#set}}` takes a name of letters, digits and underscores'],
    ['{{#set "x"}}a{{else}}b{{/set}}', 'block-form: `{{#set}}` takes a name and nothing else'],
  ])('refuses %s', async (template, problem) => {
    expect(await problemsOf(`select 1 ${template}`)).toEqual([problem]);
  });
});

describe('macros', () => {
  const macros = {
    'macros/a.sql': '{{!-- money --}}\n{{#macro "dollars" "column" scale=2}}\n({{column}} / 100)::numeric(16, {{scale}})\n{{/macro}}\n',
    'macros/b.sql':
      '{{#macro "twice" "x"}}{{dollars x}} + {{dollars x scale=4}}{{/macro}}\n{{#macro "moment"}}now(){{/macro}}\n{{#macro "wrap" "name"}}begin {{name}}: {{yield}} :end{{/macro}}',
  };

  it('take positional and named arguments and defaults, and call each other in any order', async () => {
    expect(await render('{{twice "a"}} {{dollars "b" 3}} {{dollars column="c" scale=1}}', macros)).toBe(
      '(a / 100)::numeric(16, 2) + (a / 100)::numeric(16, 4) (b / 100)::numeric(16, 3) (c / 100)::numeric(16, 1)',
    );
  });

  it('give text to expressions', async () => {
    expect(await render('{{upper (dollars "x")}} {{concat "<" (moment) ">"}} {{moment}}', macros)).toBe(
      '(X / 100)::NUMERIC(16, 2) <now()> now()',
    );
  });

  it('stand in parentheses as arguments', async () => {
    const [problem] = await problems({ ...macros, 'models/m.sql': 'select {{upper moment}}' });
    expect(problem).toEqual({
      code: 'call-without-parentheses',
      message: '`moment` is called, so as an argument it stands in parentheses',
      help: 'write `(moment)`',
      at: 'models/m.sql:moment',
    });
  });

  it('print the block of their caller, in the scope of the caller', async () => {
    expect(await render('{{set "v" "mine"}}{{#wrap "n"}}{{v}} {{#wrap "inner"}}x{{/wrap}}{{/wrap}}', macros)).toBe(
      'begin n: mine begin inner: x :end :end',
    );
  });

  it('complain where there is no block to print', async () => {
    expect(await problemsOf('select {{wrap "x"}} {{yield}}', macros)).toEqual([
      'yield-misplaced: macro `wrap` was called without a block, and `{{yield}}` prints one',
      'yield-misplaced: `{{yield}}` stands in no macro',
    ]);
  });

  it('cannot call themselves', async () => {
    const files = {
      'macros/m.sql': '{{#macro "a"}}{{b}}{{/macro}}{{#macro "b"}}{{c}}{{/macro}}{{#macro "c"}}{{b}}{{/macro}}',
      'models/m.sql': 'select {{a}}',
    };
    const { diagnostics } = await compileFiles(files);
    expect(diagnostics.map((entry) => [entry.code, entry.message, entry.notes.map((note) => note.message)])).toEqual([
      [
        'macro-recursion',
        'macros call each other in a circle: `b -> c -> b`',
        ['`c` is called here', '`b` is called here', '`a` is called here'],
      ],
    ]);
  });

  it.each([
    ['{{dollars}}', 'macro-arguments: macro `dollars` needs `column`'],
    ['{{dollars "a" 1 2}}', 'macro-arguments: macro `dollars` takes 2 arguments, not 3'],
    ['{{dollars "a" places=2}}', 'macro-arguments: macro `dollars` has no argument `places`'],
    ['{{dollars "a" column="b"}}', 'macro-arguments: macro `dollars` gets `column` twice'],
  ])('refuse wrong arguments: %s', async (template, problem) => {
    expect(await problemsOf(`select ${template}`, macros)).toEqual([problem]);
  });

  it('have variants for an engine', async () => {
    const variants = {
      'macros/m.sql':
        '{{#macro "f"}}general{{/macro}}{{#macro "f" engine="duckdb"}}special{{/macro}}{{#macro "g"}}general{{/macro}}{{#macro "g" engine="other"}}other{{/macro}}',
    };
    expect(await render('{{f}} {{g}}', variants)).toBe('special general');
    expect(await problemsOf('select 1', { 'macros/m.sql': '{{#macro "f" engine="other"}}x{{/macro}}' })).toEqual([
      'macro-engine-missing: macro `f` has no variant for duckdb',
    ]);
  });

  it('have one definition', async () => {
    const [problem] = await problems({ 'macros/a.sql': '{{#macro "f"}}1{{/macro}}', 'macros/b.sql': '{{#macro "f"}}2{{/macro}}' });
    expect(problem).toMatchObject({
      code: 'duplicate-macro',
      message: 'macro `f` is defined in `macros/a.sql` and in `macros/b.sql`',
      at: 'macros/b.sql:"f"',
    });
  });

  it('report a broken one once, with the place of the call', async () => {
    const files = { 'macros/m.sql': '{{#macro "f"}}{{oops}}{{/macro}}', 'models/a.sql': 'select {{f}}', 'models/b.sql': 'select {{f}}' };
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics.map((entry) => [entry.code, entry.span?.path, entry.notes[0]?.span?.path])).toEqual([
      ['unknown-name', 'macros/m.sql', 'models/a.sql'],
    ]);
    expect(project.broken).toEqual(['model.shop.a', 'model.shop.b']);
  });
});

describe('printing', () => {
  it('writes scalars as SQL writes them', async () => {
    expect(await render('{{1}} {{-2.50}} {{true}} {{null}} {{"a\'b"}} {{{"<&>"}}}')).toBe("1 -2.50 true null a'b <&>");
  });

  it('keeps the spelling of numbers from YAML', async () => {
    expect(await render('{{var "rate"}} {{var "date"}}', { 'project.yaml': 'vars: { rate: 1.10, date: 2024-01-01 }\n' })).toBe(
      '1.10 2024-01-01',
    );
  });

  it.each([
    ['{{array 1}}', 'value-not-text: a list cannot be printed as SQL'],
    ['{{target}}', 'value-not-text: an object cannot be printed as SQL'],
    ['{{get (object "a" 1) "b"}}', 'value-missing: `(get …)` has no value'],
  ])('refuses %s', async (template, problem) => {
    expect(await problemsOf(`select ${template}`)).toEqual([problem]);
  });
});

describe('white space', () => {
  it('disappears with lines that hold only statements', async () => {
    expect(await render('a\n  {{set "x" 1}}\n{{!-- note --}} {{set "y" 2}}\n  {{#if true}}\n  b\n  {{else}}\n  c\n  {{/if}}\nd')).toBe(
      'a\n  b\nd',
    );
  });

  it('stays around what prints', async () => {
    expect(await render('a\n  {{"x"}}\nb')).toBe('a\n  x\nb');
  });

  it('goes where a tilde says so', async () => {
    expect(await render('a  {{~"x"~}}  b')).toBe('axb');
  });

  it('is the same with every kind of line end', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = await render(['a', '{{#if true}}', 'b', '{{/if}}', 'c'].join(end));
      expect(text).toBe('a\nb\nc');
    }
  });

  it('is trimmed around the items of a join, and kept behind it', async () => {
    expect(await render('{{#join (array "a" "b") ", " as |x|}}\n  {{x}}\n{{/join}}\nfrom t')).toBe('  a,   b\nfrom t');
    expect(await render('[{{#join (array) ", " as |x|}}{{x}}{{else}}*{{/join}}]')).toBe('[*]');
  });
});

describe('literal braces', () => {
  it('are written with a backslash or in a raw block', async () => {
    expect(await render('\\{{x}} {{{{raw}}}}{{ y }}{{{{/raw}}}} \\\\{{"z"}}')).toBe('{{x}} {{ y }} \\z');
  });
});

describe('conditions', () => {
  it.each([
    ['{{#if ""}}a{{else}}b{{/if}}', 'b'],
    ['{{#if 0}}a{{else if "x"}}b{{else}}c{{/if}}', 'b'],
    ['{{#unless false}}a{{/unless}}', 'a'],
    ['{{^if true}}a{{else}}b{{/if}}', 'b'],
    ['{{set "x" (array)}}{{^x}}empty{{/x}}', 'empty'],
  ])('%s gives %s', async (template, text) => {
    expect(await render(template)).toBe(text);
  });

  it.each([
    ['{{#if}}a{{/if}}', 'block-form: `{{#if}}` takes one condition'],
    ['{{#oops 1}}a{{/oops}}', 'unknown-helper: there is no helper or macro `oops`'],
    ['{{#upper "x"}}a{{/upper}}', 'block-form: `{{#upper}}` is no block'],
    ['{{#each 1 as |x|}}a{{/each}}', 'block-form: `{{#each}}` walks over a list or an object, not the number 1'],
    ['{{#join (array 1) as |x|}}a{{/join}}', 'block-form: `{{#join}}` takes a list and a separator'],
    ['{{#macro "x"}}a{{/macro}}', 'block-form: `{{#macro}}` stands in a file of `macros/`, not here'],
  ])('refuses %s', async (template, problem) => {
    expect(await problemsOf(`select 1 ${template}`)).toEqual([problem]);
  });
});

describe('target, var and run', () => {
  it('tells the target and its variables', async () => {
    expect(await render('{{target.name}} {{target.type}} {{target.schema}} {{target.database}} {{target.threads}}')).toBe(
      'dev duckdb main warehouse 4',
    );
  });

  it('finds variables: flags over target over project over default, falsy ones included', async () => {
    const yaml = 'vars: { a: project, b: project, c: project, no: false, nothing: null }\n';
    const template = '{{var "a"}} {{var "b"}} {{var "d" default="own"}} {{var "no"}} {{var "nothing"}}';
    expect(await render(template, { 'project.yaml': yaml }, { flagVars: { a: 'flag' } })).toBe('flag project own false null');
  });

  it('names the near ones of a variable that is not set', async () => {
    const [problem] = await problems({ 'project.yaml': 'vars: { start_date: x }\n', 'models/m.sql': 'select {{var "start_dat"}}' });
    expect(problem).toEqual({
      code: 'unknown-variable',
      message: 'variable `start_dat` is not set in the project, its target or `--vars`, and has no default',
      help: 'did you mean `start_date`?',
      at: 'models/m.sql:"start_dat"',
    });
  });

  it('says how a variable is read where its bare name stands', async () => {
    const [problem] = await problems({ 'project.yaml': 'vars: { start_date: x }\n', 'models/m.sql': 'select {{start_date}}' });
    expect(problem).toMatchObject({ code: 'unknown-name', help: 'variables are read with `(var "start_date")`' });
  });

  it.each([
    ['{{ref orders}}', 'a text stands in quotes: `"orders"`'],
    ['{{var start_date}}', 'a text stands in quotes: `"start_date"`; variables are read with `(var "start_date")`'],
    ['{{config materialized=table}}', 'a text stands in quotes: `"table"`'],
    ['{{upper tagret}}', 'a text stands in quotes: `"tagret"`; did you mean `target`?'],
    ['{{#if (eq loop.last 1)}}{{/if}}', 'inside `{{#each}}` there are `@index`, `@first`, `@last` and `@key`'],
    ['{{ordres}}', undefined],
  ])('says of a name without a meaning what is likely to be meant: %s', async (template, help) => {
    const [problem] = await problems({ 'project.yaml': 'vars: { start_date: x }\n', 'models/m.sql': template });
    expect(problem).toMatchObject({ code: 'unknown-name', ...(help === undefined ? {} : { help }) });
    if (help === undefined) expect(problem?.help).toBeUndefined();
  });

  it('gives no environment variables to templates', async () => {
    expect(await problemsOf('select {{env "HOME"}}')).toEqual(['secret-in-template: templates cannot read environment variables']);
  });

  it('leaves slots for what only the plan knows', async () => {
    const model = await compileModel(
      { 'models/m.sql': 'select {{run.id}} as a where t >= {{interval.start}} and {{dateadd "day" 1 interval.end}} > 0' },
      'm',
    );
    expect(model.full.slots.map(({ name, at, length }) => [name, model.full.sql.slice(at, at + length)])).toEqual([
      ['run.id', '{{run.id}}'],
      ['interval.start', '{{interval.start}}'],
      ['interval.end', '{{interval.end}}'],
    ]);
  });

  it('carries slots through macros, set and concat, but takes none for decisions', async () => {
    const macros = { 'macros/m.sql': '{{#macro "f" "x"}}cast({{x}} as date){{/macro}}' };
    const model = await compileModel({ ...macros, 'models/m.sql': 'select {{set "s" (concat "(" (f interval.start) ")")}}{{s}}' }, 'm');
    expect(model.full.sql).toBe('select (cast({{interval.start}} as date))');
    expect(model.full.slots).toEqual([{ name: 'interval.start', at: 13, length: 18 }]);
    expect(await problemsOf('select {{#if interval.start}}1{{/if}} {{upper run.id}}')).toEqual([
      'value-at-run-time: `interval.start` is known only when the model runs, so `{{#if}}` cannot use it',
      'value-at-run-time: `run.id` is known only when the model runs, so `upper` cannot use it',
    ]);
    // JavaScript would see, and could change, what stands for the value.
    const modules = { 'macros/h.js': { up: (text: unknown) => String(text).toUpperCase() } };
    expect(await problemsOf('select {{up run.id}} {{up (array 1 run.id)}}', { 'macros/h.js': '' }, { modules })).toEqual([
      'value-at-run-time: `run.id` is known only when the model runs, so JavaScript helper `up` cannot use it',
      'value-at-run-time: `run.id` is known only when the model runs, so JavaScript helper `up` cannot use it',
    ]);
  });
});

describe('names that do not exist', () => {
  it.each([
    ['{{reff "a"}}', 'unknown-helper: there is no helper or macro `reff`'],
    ['{{target.nam}}', 'unknown-member: `target` has no `nam`'],
    ['{{is_incremental "x"}}', 'not-callable: `is_incremental` is a value and takes no arguments'],
    ['{{set "x" 1}}{{x 2}}', 'not-callable: `x` is a local name for the number 1 and takes no arguments'],
    ['{{@index}}', 'unknown-name: there is no value `@index` here'],
  ])('%s is reported', async (template, problem) => {
    expect(await problemsOf(`select ${template}`)).toEqual([problem]);
  });

  it('come with the near ones', async () => {
    const [problem] = await problems({ 'models/m.sql': 'select {{surogate_key (array "a")}}' });
    expect(problem).toMatchObject({ help: 'did you mean `surrogate_key`?', at: 'models/m.sql:surogate_key' });
  });
});
