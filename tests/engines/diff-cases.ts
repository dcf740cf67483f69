/** `tx diff` finds the same on every engine: tables that were made by hand beside those that a build made. */
import { build, csv } from './conformance-case.ts';
import type { Act, ConformanceCase, Files } from './conformance-case.ts';

const keyed: Files = {
  'seeds/src.csv': csv('id,name,amount', '1,a,10', '2,b,20', '3,c,30', '4,,40'),
  'models/m.sql':
    '{{config materialized="table" unique_key="id"}}\nselect id, cast(name as varchar(20)) as name, cast(amount as double precision) as amount from {{ref "src"}}',
};

const copy = (...edits: readonly string[]): readonly Act[] =>
  ['create schema prod', 'create table prod.m as select * from main.m', ...edits].map((sql) => ({ sql }));

const diff = (exit: number, ...says: readonly (string | RegExp)[]): Act => ({ tx: 'diff -s m --against prod', exit, says });

export const diffCases: readonly ConformanceCase[] = [
  {
    name: 'diff: a copy is the same',
    files: keyed,
    acts: [build, ...copy(), diff(0, '= m  4 rows, by id (unique_key)', '1 node, no difference')],
  },
  {
    name: 'diff: rows that are missing, added and changed, and NULL against a value',
    files: keyed,
    acts: [
      build,
      ...copy(
        'delete from prod.m where id = 1',
        `insert into prod.m values (9, 'z', 90)`,
        'update prod.m set amount = 21 where id = 2',
        `update prod.m set name = 'd', amount = 41 where id = 4`,
      ),
      diff(
        1,
        'rows      4 here, 4 there',
        'compared  by id (unique_key)',
        'found     1 the same, 2 changed, 1 only here, 1 only there',
        /amount +33\.33 +2\n/,
        /name +66\.67 +1\n/,
        /2 +amount +20 +21\n/,
        /4 +name +NULL +d\n/,
        /only here\n +id +name +amount\n +1 +a +10\n/,
        /only there\n +id +name +amount\n +9 +z +90\n/,
        '1 of 1 node differs',
      ),
      { tx: 'diff -s m --against prod --output json', exit: 1, says: ['"paired": 3,', '"changed": 2,', '"match_percent": 33.33'] },
      { tx: 'diff -s m --against prod --detailed-exitcode', exit: 2, says: ['1 of 1 node differs'] },
      { tx: 'diff -s m --against nowhere --detailed-exitcode', exit: 1, says: ['error against-not-found'] },
      { tx: 'diff -s m --against prod --limit 0', exit: 1, says: [/differs/] },
    ],
  },
  {
    name: 'diff: columns that are added, removed and of another type are compared as far as both can',
    files: keyed,
    acts: [
      build,
      {
        sql: `create schema prod`,
      },
      { sql: `create table prod.m as select cast(id as varchar(9)) as id, cast(amount as integer) as amount, true as extra from main.m` },
      diff(1, /only here: name/, /only there: extra/, /types +id: /, /types +amount: /, '4 the same, 0 changed, 0 only here, 0 only there'),
    ],
  },
  {
    name: 'diff: numbers within a tolerance are the same, and what is no number never is',
    files: {
      'models/m.sql': [
        `{{config materialized="table" unique_key="id"}}`,
        `select 1 as id, cast(100 as double precision) as d, cast(10.00 as numeric(10, 2)) as n, 5 as i`,
        `union all select 2, cast('NaN' as double precision), 1, 9223372036854775807`,
        `union all select 3, cast('Infinity' as double precision), 0, -9223372036854775807`,
        `union all select 4, null, null, null`,
      ].join('\n'),
    },
    acts: [
      build,
      ...copy('update prod.m set d = 100.5, n = 10.01, i = 6 where id = 1'),
      diff(1, '3 the same, 1 changed', /1 +d +100 +100\.5\n/),
      { tx: 'diff -s m --against prod --tolerance 0.5', exit: 1, says: ['3 the same, 1 changed', /^ +i +75 +1$/m] },
      { tx: 'diff -s m --against prod --tolerance 1', says: ['no difference'] },
      { tx: 'diff -s m --against prod --tolerance 20%', says: ['no difference'] },
      { tx: 'diff -s m --against prod --tolerance 0.6%', exit: 1, says: [/^ +i +75 +1$/m, '3 the same, 1 changed'] },
      { sql: `update prod.m set d = 1 where id > 1` },
      { tx: 'diff -s m --against prod --tolerance 100%', exit: 1, says: ['1 the same, 3 changed', /^ +d +25 +3$/m] },
      { sql: `update prod.m set d = 1, i = -i where id < 4` },
      { tx: 'diff -s m --against prod --tolerance 1', exit: 1, says: [/^ +i +25 +3$/m] },
    ],
  },
  {
    name: 'diff: NULL in a key is a key like any other',
    files: {
      'models/m.sql':
        '{{config materialized="table"}}\nselect 1 as a, 1 as b, 10 as v union all select 1, null, 20 union all select null, null, 30',
    },
    acts: [
      build,
      ...copy(),
      { tx: 'diff -s m --against prod --key a b', says: ['= m  3 rows, by a, b (--key)'] },
      { sql: 'update prod.m set v = 21 where b is null' },
      { sql: 'delete from prod.m where a = 1 and b = 1' },
      {
        tx: 'diff -s m --against prod --key a b',
        exit: 1,
        says: ['0 the same, 2 changed, 1 only here, 0 only there', 'NULL in the key: 2 here, 2 there', /1 +NULL +v +20 +21\n/],
      },
    ],
  },
  {
    name: 'diff: without a key, or with one that is not unique, whole rows are counted',
    files: { 'models/m.sql': '{{config materialized="table"}}\nselect 1 as a, 2 as b union all select 1, 2 union all select 1, null' },
    acts: [
      build,
      ...copy(),
      diff(0, '= m  3 rows, whole rows, without a key'),
      { tx: 'diff -s m --against prod --key a', says: ['= m  3 rows, whole rows, as a (--key) is not unique'] },
      { sql: 'insert into prod.m values (1, 2), (7, 7)' },
      { sql: 'delete from prod.m where b is null' },
      diff(1, 'found     1 only here, 2 only there', /a +b +rows\n +1 +NULL +1\n/, /only there\n +a +b +rows\n +1 +2 +1\n +7 +7 +1\n/),
      {
        tx: 'diff -s m --against prod --key a',
        exit: 1,
        says: ['a (--key) is not unique', /keys of several rows here\n +a +rows\n +1 +3\n/],
      },
      { tx: 'diff -s m --against prod --key c', exit: 2, says: ['error diff-key-missing', '`m` has no column `c` on both sides'] },
    ],
  },
  {
    name: 'diff: names that need quotes, and relations that one side lacks',
    files: {
      'models/m.sql':
        '{{config materialized="table" unique_key=\'the "key"\'}}\nselect 1 as "the ""key""", \'x\' as "a.b", 2 as "select" union all select 2, null, 3',
      'models/only.sql': 'select 1 as id',
    },
    acts: [
      build,
      ...copy(`update prod.m set "a.b" = 'y' where "the ""key""" = 2`),
      { sql: 'create schema "o""ther"' },
      { sql: 'create table "o""ther".m as select * from main.m' },
      diff(1, /2 +a\.b +NULL +y\n/),
      { tx: ['diff', '--against', 'schema:o"ther', '-s', 'm'], says: ['= m  2 rows'] },
      { tx: 'diff --against prod', exit: 1, says: ['only here: "prod"."only" does not exist', '2 of 2 nodes differ'] },
      { tx: 'diff -s only --against prod', exit: 1, says: ['1 of 1 node differs'] },
      { tx: 'diff --against nowhere', exit: 2, says: ['error against-not-found', '`nowhere` is no target, file or state folder'] },
      { tx: 'diff --against main', exit: 2, says: ['error against-itself'] },
    ],
  },
  {
    name: 'diff: empty tables, views, and JSON that is spelled otherwise',
    files: {
      'models/m.sql': `{{config materialized="table" unique_key="id"}}\nselect 1 as id, cast('{"a": 1}' as json) as j`,
      'models/e.sql': 'select id from {{ref "m"}} where id < 0',
    },
    acts: [
      build,
      { sql: 'create schema prod' },
      { sql: `create table prod.m as select 1 as id, cast('{"a":1}' as json) as j` },
      { sql: 'create view prod.e as select id from prod.m where id < 0' },
      { tx: 'diff --against prod', says: ['= m  1 row, by id', '= e  0 rows', 'no difference'] },
      { sql: 'delete from prod.m' },
      diff(1, '1 here, 0 there (+1)', '0 the same, 0 changed, 1 only here, 0 only there'),
    ],
  },
  {
    name: 'diff: JSON is the same where it means the same, in values, keys and whole rows',
    files: {
      'models/m.sql': [
        `{{config materialized="table"}}`,
        `select 1 as id, cast('{"a": 1, "b": [1.50, {"c": null, "d": "x"}]}' as json) as j`,
        `union all select 2, cast('[1, 2]' as json) union all select 3, cast('1' as json) union all select 4, cast('null' as json)`,
        `union all select 5, null union all select 6, cast('{"a": {"b": 1}, "c": 10}' as json)`,
        `union all select 7, cast('{"é": 1, "b c": 0.12345678901234567890}' as json)`,
        `union all select 8, cast('[18446744073709551616, 1e200]' as json) union all select 9, cast('[{"x": null, "k": 1}]' as json)`,
      ].join('\n'),
    },
    acts: [
      build,
      { sql: 'create schema prod' },
      {
        sql: [
          `create table prod.m as select 1 as id, cast('{"b":[1.5,{"d":"x","c":null}],"a":1.0}' as json) as j`,
          `union all select 2, cast('[1.0,2]' as json) union all select 3, cast('1.00' as json) union all select 4, cast('null' as json)`,
          `union all select 5, null union all select 6, cast('{"c":1e1,"a":{"b":1}}' as json)`,
          `union all select 7, cast('{"b c":1234567890123456789e-19,"é":1.0}' as json)`,
          `union all select 8, cast('[18446744073709551616.0,10e199]' as json) union all select 9, cast('[{"k":1,"x":null}]' as json)`,
        ].join(' '),
      },
      { tx: 'diff -s m --against prod --key id', says: ['= m  9 rows, by id'] },
      { tx: 'diff -s m --against prod --key j', says: ['= m  9 rows, by j'] },
      diff(0, '= m  9 rows, whole rows'),
      { sql: `update prod.m set j = cast('[2, 1]' as json) where id = 2` },
      { sql: `update prod.m set j = cast('"1"' as json) where id = 3` },
      { sql: `update prod.m set j = cast('null' as json) where id = 5` },
      { sql: `update prod.m set j = cast('{"c":10,"a":{"b":1,"z":null}}' as json) where id = 6` },
      { sql: `update prod.m set j = cast('{"é":1,"b c":0.12345678901234567891}' as json) where id = 7` },
      { sql: `update prod.m set j = cast('[18446744073709551617,1e200]' as json) where id = 8` },
      { sql: `update prod.m set j = cast('[{"y":null,"k":1}]' as json) where id = 9` },
      {
        tx: 'diff -s m --against prod --key id',
        exit: 1,
        says: ['2 the same, 7 changed', /2 +j +\[1, ?2\] +\[2, ?1\]\n/, /3 +j +1 +"1"\n/, /5 +j +NULL +null\n/],
      },
      {
        tx: 'diff -s m --against prod --limit 9',
        exit: 1,
        says: ['7 only here, 7 only there', /only here\n +id +j +rows\n +2 +\[1, ?2\] +1\n/],
      },
      {
        tx: 'diff -s m --against prod --key j',
        exit: 1,
        // `null` twice there.
        says: ['j (--key) is not unique', /keys of several rows there\n +j +rows\n +null +2\n/],
      },
    ],
  },
  {
    name: 'diff: personal data is masked, also in keys',
    files: {
      'models/m.sql': `{{config materialized="table" unique_key="mail"}}\nselect 'ann@example.org' as mail, 'Ann' as name union all select 'bob@example.org', 'Bob'`,
      'models/m.yaml':
        'models:\n  - name: m\n    columns:\n      - {name: mail, pii: email, description: x}\n      - {name: name, pii: true, description: x}\n',
    },
    acts: [
      build,
      ...copy(`update prod.m set name = 'Al' where name = 'Ann'`, `delete from prod.m where name = 'Bob'`),
      diff(1, /\*\*\* +name +\*\*\* +\*\*\*\n/, /only here\n +mail +name\n +\*\*\* +\*\*\*\n/),
      { tx: 'diff -s m --against prod --output json', exit: 1, says: [/"mail": "\*\*\*"/] },
    ],
  },
  {
    name: 'diff: versions of a snapshot belong together by key and start',
    files: {
      'seeds/src.csv': csv('id,v,at', '1,a,2026-01-01 00:00:00', '2,b,2026-01-01 00:00:00'),
      'snapshots/h.yml': `snapshots:\n  - name: h\n    relation: ref('src')\n    config: { strategy: timestamp, unique_key: id, updated_at: at }\n`,
    },
    acts: [
      build,
      { write: { 'seeds/src.csv': csv('id,v,at', '1,c,2026-02-01 00:00:00', '2,b,2026-01-01 00:00:00') } },
      build,
      { sql: 'create schema prod' },
      { sql: 'create table prod.h as select * from main.h' },
      { tx: 'diff -s h --against prod', says: ['= h  3 rows, by id, dbt_valid_from (unique_key and start of the version)'] },
      { sql: `update prod.h set v = 'x' where id = 1 and dbt_valid_to is null` },
      { tx: 'diff -s h --against prod', exit: 1, says: ['2 the same, 1 changed', /1 +2026-02-01 00:00:00 +v +c +x\n/] },
    ],
  },
];
