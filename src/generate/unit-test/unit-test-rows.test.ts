/** Rows of a generated unit test: which are left, what they show, how they are written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText } from '../../parse/sql/read-query.ts';
import { branchesOf } from './branches.ts';
import { literalsOf, Masker, maskedKind, maskedType, originKey, spreadMarks } from './mask.ts';
import { Origins, tiesOf } from './origins.ts';
import type { Text } from './scope.ts';
import { shrinkRows } from './shrink.ts';
import { unitTestYaml } from './unit-test-yaml.ts';

function read(sql: string): Text {
  const text = readText(sql);
  if (text === undefined) throw new Error(`cannot be read: ${sql}`);
  return { ...text, sql };
}

const inputs = [
  { sql: 'orders', columns: ['id', 'customer', 'status'] },
  { sql: 'customers', columns: ['id', 'email'] },
];

function labels(sql: string): readonly string[] {
  const text = read(sql);
  const origins = new Origins(text, inputs);
  return branchesOf({ text, origins, quote: (name) => `"${name}"`, shown: (written) => written }).map(({ label }) => label);
}

describe('rows that can go', () => {
  it('go, and those that are needed stay', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(40), { maxLength: 30 }), fc.array(fc.nat(40), { maxLength: 6 }), async (rows, wanted) => {
        const needed = rows.filter((row) => wanted.includes(row));
        const kept = await shrinkRows(rows, (some) => Promise.resolve(needed.every((row) => some.includes(row))), 10_000);
        expect(kept).toEqual(needed);
      }),
    );
  });

  it('stay when too much was asked', async () => {
    let asked = 0;
    const kept = await shrinkRows([1, 2, 3, 4], () => Promise.resolve((asked += 1) < 0), 3);
    expect([kept, asked]).toEqual([[1, 2, 3, 4], 3]);
  });
});

describe('made-up values', () => {
  it('are one for each value, whatever its column, and tell nothing', () => {
    const masker = new Masker();
    const [text, number] = [maskedType('varchar'), maskedType('numeric(10, 2)')];
    expect(masker.mask('ada@shop.test', text)).toBe(masker.mask('ada@shop.test', text));
    expect(masker.mask('ada@shop.test', text)).not.toBe(masker.mask('bob@shop.test', text));
    expect(masker.mask('7', maskedType('integer'))).toBe(masker.mask('7.00', number));
    expect(masker.mask(null, text)).toBeNull();
    expect(masker.mask('true', maskedType('boolean'))).toBeNull();
    expect(masker.mask('1980-05-05', maskedType('date'))).toMatch(/^2000-/);
  });

  it('of different values differ, however little room there is and however long they are', () => {
    const masker = new Masker();
    const distinct = (type: string, ...values: readonly string[]): number =>
      new Set(values.map((value) => masker.mask(value, maskedType(type)))).size;
    expect(distinct('BIGINT', '9007199254740992', '9007199254740993')).toBe(2);
    expect(distinct('character varying(3)', 'abc', 'abd', 'abe')).toBe(3);
    expect(masker.mask('abc', maskedType('character varying(3)'))?.length).toBeLessThanOrEqual(3);
    expect(masker.mask('0.25', maskedType('numeric(3,2)'))).toMatch(/^0\.\d\d$/);
  });

  it('fit all columns in which the value stands', () => {
    const masker = new Masker();
    for (const type of ['varchar(20)', 'varchar(4)']) masker.meet('de', maskedType(type));
    expect(masker.mask('de', maskedType('varchar(20)'))).toBe('m1');
    expect(masker.mask('de', maskedType('varchar(4)'))).toBe('m1');
  });

  it('are not made for what the query names, and are not what it names', () => {
    const masker = new Masker(new Set(literalsOf("select 1 from t where a = 'odd''s' and b = 'masked_2' and c = 3.50")));
    const text = maskedType('varchar');
    expect(masker.mask("odd's", text)).toBe("odd's");
    expect(masker.mask('3.5', maskedType('numeric(4,1)'))).toBe('3.5');
    expect([masker.mask('x', text), masker.mask('y', text)]).toEqual(['masked_3', 'masked_4']);
  });

  it('are of the type of their column', () => {
    const kinds = [
      'varchar(20)',
      'INTEGER',
      'numeric(10, 2)',
      'DATE',
      'timestamp with time zone',
      'UUID',
      'BOOLEAN',
      'integer[]',
      'VARCHAR[]',
    ];
    expect(kinds.map(maskedKind)).toEqual(['text', 'number', 'number', 'date', 'timestamp', 'uuid', 'none', 'none', 'none']);
  });

  it('spread to what is joined with them, through common tables, USING and queries around', () => {
    for (const sql of [
      'with c as (select id as cid, email as mail from customers) select 1 from orders as o join c on c.mail = o.status',
      'select 1 from orders as o where exists (select 1 from customers as c where c.email = o.status)',
      'select 1 from (select status as email from orders) as o join customers as c using (email)',
    ]) {
      const text = read(sql);
      const ties = tiesOf(text, new Origins(text, inputs));
      expect(spreadMarks([{ input: 1, column: 'email' }], ties), sql).toContain(originKey({ input: 0, column: 'status' }));
    }
  });
});

describe('the branches of a query', () => {
  it('are its conditions, joins, arms and groups', () => {
    expect(
      labels(
        `select o.status, case when c.email is null then 1 else 2 end, count(*) from orders o left join customers c on c.id = o.customer where o.id > 3 and (o.id < 9 or o.id = 20) group by 1, 2 having count(*) > 1`,
      ),
    ).toEqual([
      'kept by `where o.id > 3 and (o.id < 9 or o.id = 20)`',
      'left out by `o.id > 3`',
      'left out by `(o.id < 9 or o.id = 20)`',
      'with a partner in `left join customers c on c.id = o.customer`',
      'without a partner in `left join customers c on c.id = o.customer`',
      '`case when c.email is null`',
      'none of `case … when c.email is null`',
      'several rows in a group of `1, 2`',
      'left out by `having count(*) > 1`',
    ]);
  });

  it('are partitions of windows and their order, each window once', () => {
    expect(
      labels(
        `select id, row_number() over (partition by customer, lower(status) order by id desc) as n, lag(id) over (partition by customer, lower(status) order by id desc) as b, sum(id) over (partition by status) as s, avg(id) over (order by id rows between 1 preceding and current row) as r, count(*) over () as c from orders`,
      ),
    ).toEqual([
      'rows of `orders`',
      'later in `partition by customer, lower(status) order by id desc`',
      'in another partition of `customer, lower(status)`',
      'several rows in a partition of `status`',
      'in another partition of `status`',
      'later in `order by id`',
    ]);
  });

  it('are told of a CASE inside of another, and not of a query inside twice', () => {
    const found = labels(
      `select case id when 1 then case when status = 'a' then 1 end end from orders where id in (select id from customers where email is null)`,
    );
    expect(found.filter((label) => label.startsWith('`case'))).toEqual(['`case id when 1`', "`case when status = 'a'`"]);
    expect(found.filter((label) => label.includes('email is null') && label.startsWith('left out by `email'))).toHaveLength(1);
  });
});

describe('what is written', () => {
  it('is text where it could be read as something else', () => {
    const cells = ['yes', '007', 'a, b', '{{x}}', "it's"].map((text) => ({ text, isPlain: false }));
    const table = { columns: ['a', 'b', 'c', 'd', 'e'], rows: [cells] };
    const number = {
      columns: ['count', 'big', 'none'],
      rows: [
        [
          { text: '7', isPlain: true },
          { text: '9007199254740993', isPlain: true },
          { text: null, isPlain: true },
        ],
      ],
    };
    const yaml = unitTestYaml([
      {
        name: 't',
        model: 'm',
        comments: ['c'],
        isIncremental: false,
        given: [
          { input: "ref('o')", table },
          { input: 'this', table: { columns: ['a'], rows: [] } },
        ],
        expect: number,
      },
    ]);
    expect(yaml).toBe(`unit_tests:
  # c
  - name: t
    model: m
    given:
      - input: "ref('o')"
        rows:
          - { a: "yes", b: "007", c: "a, b", d: "{{x}}", e: "it's" }
      - input: this
        rows: []
    expect:
      rows:
        - { count: 7, big: "9007199254740993", none: null }
`);
  });
});
