/** Models that are written from the columns of others. */
import { build, csv, is, source } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';

export const columnCases: readonly ConformanceCase[] = [
  {
    name: 'a star follows the columns of a seed and of models, whatever their names, in the order in which they are built',
    files: {
      [source]: csv('id,Full Name,secret', '1,Ann,x', '2,Bea,y'),
      'models/stg.sql': `select id, "Full Name" as "Na""me", secret, id * 0.5 as half from {{ref "src"}}`,
      'models/m.sql': `{{config materialized="table"}}
select {{star (ref "stg") except=(array "SECRET") alias="s"}}, {{star (ref "src") except=(array "id" "secret") prefix="src " suffix=" é" alias="o"}}
from {{ref "stg"}} as s join {{ref "src"}} as o on o.id = s.id`,
    },
    acts: [
      build,
      is(`select id, "Na""me", half, "src Full Name é" from main.m order by 1`, [1, 'Ann', '0.5', 'Ann'], [2, 'Bea', '1.0', 'Bea']),
      is(`select count(*) from information_schema.columns where table_schema = 'main' and table_name = 'm'`, [4]),
      { write: { 'models/stg.sql': `select id, 'new' as more, secret from {{ref "src"}}` } },
      build,
      is(`select id, more, "src Full Name é" from main.m order by 1`, [1, 'new', 'Ann'], [2, 'new', 'Bea']),
      is(`select count(*) from information_schema.columns where table_schema = 'main' and table_name = 'm'`, [3]),
      // What is not built yet is known all the same.
      { write: { 'models/stg.sql': `select id, 'later' as later, secret from {{ref "src"}}` } },
      { tx: 'compile --select m', says: ['s."id", s."later"'] },
      { tx: 'show --select m', exit: 1, says: ['unknown-column'] },
    ],
  },
  {
    name: 'relations are put together with typed NULLs for what one of them lacks',
    files: {
      [source]: csv('id,name,at', '1,Ann,2024-01-01', '2,Bea,2024-01-02'),
      'models/cte.sql': '{{config materialized="ephemeral"}}select {{star (ref "src") except=(array "at")}} from {{ref "src"}}',
      'models/other.sql': `select cast(3 as bigint) as id, cast(1.25 as decimal(10, 2)) as amount, null as nothing`,
      'models/m.sql': `{{config materialized="table"}}
{{union_relations (array (ref "src") (ref "cte") (ref "other")) where="id <> 2" source_column="from"}} -- the end`,
      'models/few.sql': `{{union_relations (array (ref "src") (ref "other")) include=(array "ID" "Amount") source_column=null}}`,
      'models/less.sql': `select * from ({{union_relations (array (ref "src") (ref "other")) exclude=(array "at" "nothing")}}) as u`,
      'tests/no_rows.sql': 'select {{star (ref "m") except=(array "from")}} from {{ref "m"}} where id = 0',
    },
    acts: [
      { tx: 'build', says: ['6 ok'] },
      is(
        `select id, name, cast("at" as varchar(10)), amount, nothing from main.m order by id, "at" nulls last`,
        [1, 'Ann', '2024-01-01', null, null],
        [1, 'Ann', null, null, null],
        [3, null, null, '1.25', null],
      ),
      is('select id, amount from main.few order by 1', [1, null], [2, null], [3, '1.25']),
      is(
        'select _source_relation, id, name from main.less order by id',
        ['"main"."src"', 1, 'Ann'],
        ['"main"."src"', 2, 'Bea'],
        ['"main"."other"', 3, null],
      ),
      is(
        `select lower(data_type) from information_schema.columns where table_schema = 'main' and table_name = 'm' and column_name in ('id', 'at') order by column_name`,
        ['date'],
        ['bigint'],
      ),
    ],
  },
  {
    name: 'an incremental model has its own rows and the columns of what it reads',
    files: {
      [source]: csv('id,v', '1,a'),
      'models/m.sql': `{{config materialized="incremental" unique_key="id"}}
select {{star (ref "src") alias="s"}}, {{run.id}} as run from {{ref "src"}} as s
{{#if is_incremental}}where s.id > (select max(id) from {{this}}){{/if}}`,
    },
    acts: [
      build,
      { write: { [source]: csv('id,v', '1,changed', '2,b') } },
      build,
      is('select id, v from main.m order by id', [1, 'a'], [2, 'b']),
    ],
  },
  {
    name: 'templates loop over columns and decide by them, in macros, ephemeral models, tests and increments',
    files: {
      [source]: csv('id,a_n,b_n,note', '1,10,20,x', '2,,5,y'),
      'macros/m.sql': `{{#macro "filled" "of"}}{{#join (columns of except=(array "NOTE")) ", " as |c|}}{{#if (ends_with c "_n")}}coalesce({{ident c}}, 0) as {{ident c}}{{else}}{{ident c}}{{/if}}{{/join}}{{/macro}}`,
      'models/e.sql': `{{config materialized="ephemeral"}}
select {{filled (ref "src")}} from {{ref "src"}}`,
      'models/wide.sql': `{{config materialized="table"}}
{{#if (in "a_n" (columns (ref "e")))}}
select {{#each (columns (ref "e")) as |c at|}}{{#unless @first}}, {{/unless}}{{ident c}} as {{ident (concat "c" at)}}{{/each}} from {{ref "e"}}
{{else}}
select {{length (columns (ref "e"))}} as many from {{ref "other"}}
{{/if}}`,
      'models/other.sql': 'select 1 as one',
      'models/m.sql': `{{config materialized="incremental"}}
select {{star (ref "e") except=(columns (ref "other"))}}{{#each (columns (ref "other")) as |c|}}, 7 as {{c}}{{/each}} from {{ref "e"}}
{{#if is_incremental}}where id > (select max(id) from {{this}}){{/if}}`,
      'tests/t.sql': `select * from {{ref "wide"}} where {{join (columns (ref "wide")) " + "}} < 0`,
    },
    acts: [
      { tx: 'build', says: ['5 ok'] },
      is('select c0, c1, c2 from main.wide order by 1', [1, 10, 20], [2, 0, 5]),
      is('select id, a_n, b_n, one from main.m order by 1', [1, 10, 20, 7], [2, 0, 5, 7]),
      { write: { [source]: csv('id,b_n,c_n,note', '1,20,1,x', '3,5,,y') } },
      { tx: 'build --select wide src' },
      is('select many from main.wide', [3]),
      { tx: 'ls --select +wide', says: ['shop.other'] },
    ],
  },
  {
    name: 'a text that becomes several statements with columns, or refers to what nobody knew of, is refused',
    files: {
      'models/a.sql': 'select 1 as id',
      'models/b.sql': 'select 1 as x',
      'models/m.sql': 'select 1 as id{{#each (columns (ref "a")) as |c|}}; drop table {{c}}{{/each}}',
      'models/n.sql': '{{#each (columns (ref "b")) as |c|}}select * from {{ref (replace c "x" "a")}}{{/each}}',
    },
    acts: [
      { tx: 'build --select m', exit: 2, says: ['several-statements', 'models/m.sql:1:53'] },
      { tx: 'build --select n', exit: 2, says: ['ref-behind-columns', 'models/n.sql:1:51'] },
    ],
  },
  {
    name: 'relations of one name in several schemas, called by their names alone',
    files: {
      'models/orders.sql': `select 1 as id, 'a' as one`,
      'models/older.sql': `{{config schema="older" alias="orders"}}select 2 as id, 'b' as two`,
      'models/oldest.sql': `{{config schema="oldest" alias="orders"}}select orders.id, orders.two as three from {{ref "older"}}`,
      'models/m.sql': `{{config materialized="table"}}
select {{star (ref "oldest") alias="orders"}}, {{star (ref "orders") prefix="o_" alias="o"}} from {{ref "oldest"}} join {{ref "orders"}} as o on o.id < orders.id`,
    },
    acts: [build, is('select id, three, o_id, o_one from main.m', [2, 'b', 1, 'a'])],
  },
  {
    name: 'columns of a source are those in the database, or those that are described',
    files: {
      'models/sources.yaml': `sources: [{name: raw, schema: raw, tables: [{name: t}, {name: gone, columns: [{name: a, data_type: integer}, {name: b, data_type: varchar}]}]}]`,
      'models/m.sql': 'select {{star (source "raw" "t") except=(array "b")}} from {{source "raw" "t"}}',
      'models/absent.sql': 'select {{star (source "raw" "gone") prefix="x_"}} from {{source "raw" "gone"}}',
    },
    acts: [
      { tx: 'run --select m', exit: 2, says: ['columns-unknown', 'raw.t'] },
      { sql: 'create schema raw' },
      { sql: 'create table raw.t as select 1 as a, 2 as b, 3 as "C c"' },
      { tx: 'run --select m' },
      is('select * from main.m', [1, 3]),
      { tx: 'compile --select absent', says: ['"a" as "x_a", "b" as "x_b"'] },
    ],
  },
  {
    name: 'what is wrong above is told, and nothing is built',
    files: {
      'models/a.sql': 'select 1 as id, missing from {{ref "z"}}',
      'models/z.sql': 'select 1 as id',
      'models/m.sql': 'select {{star (ref "a")}} from {{ref "a"}}',
    },
    acts: [
      { tx: 'build', exit: 2, says: ['unknown-column', 'models/a.sql:1:17'] },
      is(`select count(*) from information_schema.tables where table_schema = 'main' and table_name in ('z', 'm')`, [0]),
    ],
  },
  {
    name: 'columns are followed before anything is built, through nodes of every kind',
    files: {
      [source]: csv('id,amount,status', '1,10,paid', '2,20,open'),
      'seeds/seeds.yml': `seeds: [{name: src, columns: [{name: amount, description: Money of the order}]}]`,
      'models/stg.sql': `{{config materialized="ephemeral"}}select id, amount, status from {{ref "src"}} where status = 'paid'`,
      'models/mid.sql': `select id as order_id, amount, amount * 2 as twice from {{ref "stg"}}`,
      'models/m.sql': `{{config materialized="table"}}
with totals as (select order_id, sum(twice) as total from {{ref "mid"}} group by order_id)
select mid.order_id, mid.amount as money, case when mid.amount > 5 then totals.total end as total
from {{ref "mid"}} as mid left join totals on totals.order_id = mid.order_id`,
    },
    acts: [
      { tx: 'lineage m.total --upstream --output json', says: ['"aggregation"', 'seed.', 'amount'], never: ['opaque'] },
      { tx: 'lineage src.status', never: ['mid.order_id'] },
      { tx: 'lineage src.status --indirect', says: ['filter', 'm.total'] },
      { tx: 'lineage src.amount --downstream', says: ['mid.twice', 'm.money', 'm.total'] },
      { tx: 'lineage m.nothing', exit: 2, says: ['column-not-found'] },
      is(`select count(*) from information_schema.tables where table_schema = 'main'`, [0]),
      build,
      { tx: 'lineage m.money --upstream', says: ['src.amount'] },
    ],
  },
];
