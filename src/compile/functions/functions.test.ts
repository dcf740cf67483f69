import { describe, expect, it } from 'vitest';
import { filters, packageFunctions } from '../../parse/jinja-functions.ts';
import { problemsOf, render } from '../compile-fixture.ts';
import { builtins } from './builtins.ts';

describe('what is proposed instead of Jinja', () => {
  it('exists, and takes what is proposed', () => {
    for (const name of Object.values(filters)) expect(builtins.has(name), name).toBe(true);
    for (const [written, { name = written, parameters = [], named = {} }] of Object.entries(packageFunctions)) {
      const helper = builtins.get(name);
      expect(helper, name).toBeDefined();
      expect(helper?.parameters.length ?? 0, name).toBeGreaterThanOrEqual(parameters.length);
      const known = helper?.named.map((parameter) => parameter.name);
      expect(
        Object.values(named).filter((key) => known?.includes(key) !== true),
        name,
      ).toEqual([]);
    }
  });
});

describe('helpers', () => {
  it.each([
    // logic
    ['{{eq 1 1.0}} {{eq "1" 1}} {{ne "a" "b"}} {{eq (array 1 "a") (array 1 "a")}}', 'true false true true'],
    ['{{lt 1 2}} {{lte 2 2}} {{gt "b" "a"}} {{gte 1 2}}', 'true true true false'],
    ['{{and 1 "x"}} {{and 1 ""}} {{or 0 "x"}} {{or 0 ""}} {{not 0}}', 'true false true false true'],
    ['{{in 2 (array 1 2)}} {{in "a" "abc"}} {{in "k" (object "k" 1)}} {{in 9 (array 1)}}', 'true true true false'],
    ['{{default null "x"}} {{default (get (object "a" 1) "b") 2}} {{default "" "y"}}|', 'x 2 |'],
    // text
    ['{{concat "a" 1 true}} {{lower "AbC"}} {{upper "abc"}} [{{trim "  a "}}]', 'a1true abc ABC [a]'],
    ['{{replace "a.b.c" "." "$&"}} {{join (split "a,b" ",") "-"}}', 'a$&b$&c a-b'],
    ['{{contains "abc" "b"}} {{starts_with "abc" "ab"}} {{ends_with "abc" "ab"}}', 'true true false'],
    // lists
    ['{{length (array 1 2)}} {{length "abc"}} {{length (object "a" 1)}}', '2 3 1'],
    [
      '{{first (array 1 2)}} {{last (array 1 2)}} {{join (slice (array 1 2 3) 1) ","}} {{join (slice (array 1 2 3) 0 -1) ","}}',
      '1 2 2,3 1,2',
    ],
    ['{{join (reverse (array 1 2)) ","}} {{join (sort (array 10 9 2)) ","}} {{join (sort (array "b" "a")) ","}}', '2,1 2,9,10 a,b'],
    ['{{join (unique (array 1 "1" 1 2)) ","}}', '1,1,2'],
    ['{{join (range 3) " "}}|{{join (range 1 4) " "}}|{{join (range 0 10 5) " "}}|{{join (range 3 0 -1) " "}}', '0 1 2|1 2 3|0 5|3 2 1'],
    // objects
    [
      '{{join (keys (object "b" 1 "a" 2)) ","}} {{join (values (object "b" 1 "a" 2)) ","}} {{get (object x=5) "x"}} {{get (array 7 8) 1}}',
      'b,a 1,2 5 8',
    ],
    // arithmetic
    ['{{add 1 2 3}} {{sub 5 7}} {{mul 2 3 4}} {{div 7 2}} {{mod 7 3}} {{abs -3}}', '6 -2 24 3.5 1 3'],
    ['{{round 2.5}} {{round -2.5}} {{round 1.005 2}} {{min 3 1 2}} {{max 3 1 2}}', '3 -3 1.01 1 3'],
    // exact, whatever JavaScript makes of such numbers
    [
      '{{mul 9007199254740993 1}} {{add 0.1 0.2}} {{sub 1 0.9}} {{mul 1000000000000 10000000000}}',
      '9007199254740993 0.3 0.1 10000000000000000000000',
    ],
    ['{{eq 9007199254740993 9007199254740992}} {{gt 9007199254740993 9007199254740992}} {{eq 1.0 1}}', 'false true true'],
    ['{{max 9007199254740993 1}} {{min 1.10 2}} {{mod -7 3}} {{mod 5.5 2}} {{abs -0.10}}', '9007199254740993 1.10 -1 1.5 0.1'],
    ['{{round 9007199254740993.5}} {{round 1250 -2}} {{round -0.005 2}} {{round 2 3}}', '9007199254740994 1300 -0.01 2'],
    // keys that look like numbers stay where they were written
    ['{{#each (object b=1 a=2 10=3 2=4) as |v k|}}{{k}}{{v}} {{/each}}', 'b1 a2 103 24 '],
    [
      '{{join (keys (object "2024" 1 "10" 2)) ","}} {{join (values (object "2024" 1 "10" 2)) ","}} {{json (object 2=1 1=2)}}',
      '2024,10 1,2 {"2":1,"1":2}',
    ],
    // sql and data
    [`{{literal "it's"}} {{literal 1.50}} {{literal -1}} {{literal true}} {{literal null}}`, "'it''s' 1.50 (-1) true null"],
    ['{{literals (array "a" 1 null)}} {{ident "Order" "Id"}} {{ident \'a"b\'}}', '\'a\', 1, null "Order"."Id" "a""b"'],
    ['{{json (object "a" (array 1 "x" null))}}', '{"a":[1,"x",null]}'],
  ])('%s gives %s', async (template, text) => {
    expect(await render(template)).toBe(text);
  });

  it('look at no more arguments than they need', async () => {
    expect(await render('{{#if (and (array) (gt (first (array)) 1))}}a{{else}}b{{/if}} {{default 1 (var "gone")}}')).toBe('b 1');
  });

  it.each([
    ['{{upper}}', 'helper-arguments: `upper` takes one argument, not 0'],
    ['{{upper "a" "b"}}', 'helper-arguments: `upper` takes one argument, not 2'],
    ['{{upper "a" b=1}}', 'helper-arguments: `upper` takes no `b=`'],
    ['{{range 1 2 3 4}}', 'helper-arguments: `range` takes 1 to 3 arguments, not 4'],
    ['{{upper (array)}}', 'helper-arguments: `upper` needs text for `text`, not a list'],
    ['{{first (array)}}', 'helper-arguments: `first` has no item: the list is empty'],
    ['{{div 1 0}}', 'helper-arguments: `div` cannot divide by 0'],
    ['{{lt 1 "a"}}', 'helper-arguments: `lt` compares two numbers or two texts, not the number 1 and the text "a"'],
    ['{{sort (array 1 "a")}}', 'helper-arguments: `sort` sorts numbers or texts, not a mixture'],
    ['{{range 0 1 0}}', 'helper-arguments: `range` cannot count in steps of 0'],
    ['{{join (range 1000000) ","}}', 'helper-arguments: `range` would give 1000000 numbers, and 100000 are the most'],
    ['{{literals (array)}}', 'helper-arguments: `literals` has no item: an empty list is no SQL'],
    ['{{literal (array 1)}}', 'helper-arguments: `literal` spells one value, not a list; for a list there is `literals`'],
    ['{{object "a"}}', 'helper-arguments: `object` takes pairs of key and value'],
    ['{{dateadd "dya" 1 "x"}}', 'helper-arguments: `dateadd` knows no date part `dya`; did you mean `day`?'],
    ['{{deduplicate "x" order_by="a"}}', 'helper-arguments: `deduplicate` needs `partition_by=`'],
    [
      '{{accepted_values "x" "y"}}',
      'helper-arguments: `accepted_values` needs a model, as in `(ref "orders")` for `relation`, not the text "x"',
    ],
  ])('refuse %s', async (template, problem) => {
    expect(await problemsOf(`select ${template}`)).toEqual([problem]);
  });
});

describe('the SQL library', () => {
  it.each([
    ['{{surrogate_key (array "a")}}', `md5(coalesce(cast(a as varchar), '_dbt_utils_surrogate_key_null_'))`],
    ['{{safe_divide "a" "b"}}', '(a) / nullif((b), 0)'],
    ['{{dateadd "days" -3 "ts"}}', "((ts) + (interval '1 day' * cast((-3) as bigint)))"],
    ['{{date_trunc "month" "ts"}}', "date_trunc('month', (ts))"],
    ['{{split_part "a" "\'-\'" 2}}', "split_part(a, '-', 2)"],
    ['{{concat_ws "\',\'" "a" "b"}}', "concat_ws(',', a, b)"],
    ['{{cast "a" (type_string)}} {{type_int}} {{current_timestamp}}', 'cast(a as varchar) integer current_timestamp'],
    [
      '{{pivot "color" (array "red" 1)}}',
      `sum(case when color = 'red' then 1 else 0 end) as "red",\nsum(case when color = '1' then 1 else 0 end) as "1"`,
    ],
    ['{{mask_null "c"}}', 'case when true then null else c end'],
    ['{{listagg "a" order_by="b"}}', "string_agg(cast(a as varchar), ',' order by b)"],
  ])('%s', async (template, sql) => {
    expect(await render(template)).toBe(sql);
  });

  it('knows the values that a test declares', async () => {
    const files = {
      'models/orders.sql': 'select 1 as status',
      'models/orders.yaml':
        'models:\n  - name: orders\n    columns:\n      - name: status\n        tests:\n          - accepted_values: { arguments: { values: [new, done] } }\n',
    };
    expect(await render('{{#join (accepted_values (ref "orders") "Status") ", " as |s|}}{{literal s}}{{/join}}', files)).toBe(
      "'new', 'done'",
    );
    expect(await problemsOf('select {{literals (accepted_values (ref "orders") "id")}} from x', files)).toEqual([
      'helper-arguments: `accepted_values` finds no `accepted_values` test on a column `id` there',
    ]);
  });
});

describe('limits', () => {
  it('stop a text that grows beyond every bound', async () => {
    const doubling = Array.from({ length: 24 }, () => '{{set "x" (concat x x)}}').join('');
    expect(await problemsOf(`{{set "x" "0123456789"}}${doubling}select {{x}}`)).toContain(
      'template-limit: the text is longer than the limit of 10,485,760 characters',
    );
  });

  it('stop a value that holds itself many times over, whatever is made of it', async () => {
    const doubling = Array.from({ length: 40 }, () => '{{set "a" (array a a)}}').join('\n');
    expect(await problemsOf(`{{set "a" (array 1)}}\n${doubling}\nselect {{json a}}`)).toContain(
      'template-limit: a value has more items than the limit of 1,000,000',
    );
  });

  it('count a call by what it looks at', async () => {
    const calls = '{{set "l" (sort l)}}'.repeat(200);
    expect(await problemsOf(`{{set "l" (range 100000)}}${calls}select 1`)).toContain(
      'template-limit: the template takes more steps than the limit of 1,000,000',
    );
  });

  it('stop a loop that never seems to end', async () => {
    expect(await problemsOf('select {{#each (range 2000) as |a|}}{{#each (range 2000) as |b|}}{{/each}}{{/each}}1')).toEqual([
      'template-limit: the template takes more steps than the limit of 1,000,000',
    ]);
  });
});
