/** What merges change, on every engine. */
import { build, csv, is, source } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';

const keyed = (setting: string, list: string): string =>
  `{{config materialized="incremental" unique_key="id" ${setting}}}select ${list} from {{ref "src"}}`;

export const mergeCases: readonly ConformanceCase[] = [
  {
    name: 'what would take columns or values of an increment is refused with the statements and the settings that allow it',
    files: {
      [source]: csv('id,name,seen,price', '1,ann,a,19.5', '2,bob,b,7.25'),
      'models/gone.sql': keyed('', 'id, name, seen'),
      'models/fails.sql': keyed('on_schema_change="fail"', 'id, name, seen'),
      'models/most.sql': keyed('on_schema_change="sync_all_columns"', 'id, name, seen'),
      'models/less.sql': keyed('on_schema_change="sync_all_columns"', 'id, price'),
    },
    acts: [
      build,
      {
        write: {
          'models/gone.sql': keyed('', 'id, name'),
          'models/fails.sql': keyed('on_schema_change="fail"', 'id, name'),
          'models/most.sql': keyed('on_schema_change="sync_all_columns"', 'id'),
          'models/less.sql': keyed('on_schema_change="sync_all_columns"', 'id, cast(3 as integer) as price'),
        },
      },
      {
        tx: 'build -s gone',
        exit: 1,
        says: ['increment-column-missing', /sync_all_columns`\s+\(`alter\s+table\s+"main"\."gone"\s+drop\s+column\s+"seen"`\)/],
      },
      {
        tx: 'build -s fails',
        exit: 1,
        says: ['schema-changed', /sync_all_columns`\s+\(`alter\s+table\s+"main"\."fails"\s+drop\s+column\s+"seen"`\)/],
      },
      {
        tx: 'build -s most',
        exit: 1,
        says: ['schema-change-refused', /alter\s+table\s+"main"\."most"\s+drop\s+column\s+"name"/, /drop\s+column\s+"seen"/],
      },
      { tx: 'build -s less', exit: 1, says: ['type-change-refused', /2\s+stored\s+values/] },
      is('select * from main.gone order by id', [1, 'ann', 'a'], [2, 'bob', 'b']),
      is('select * from main.fails order by id', [1, 'ann', 'a'], [2, 'bob', 'b']),
      is('select * from main.most order by id', [1, 'ann', 'a'], [2, 'bob', 'b']),
      is('select id, cast(price * 100 as integer) from main.less order by id', [1, 1950], [2, 725]),
      { write: { 'models/gone.sql': keyed('on_schema_change="sync_all_columns"', 'id, name') } },
      { tx: 'build -s gone' },
      is('select * from main.gone order by id', [1, 'ann'], [2, 'bob']),
    ],
  },
  {
    name: 'a merge changes the columns that it is told to, and adds new rows whole',
    files: {
      [source]: csv('id,name,seen', '1,ann,a', '2,bob,b'),
      'models/only.sql':
        '{{config materialized="incremental" unique_key="id" merge_update_columns=(array "name")}}select id, name, seen from {{ref "src"}}',
      'models/but.sql':
        '{{config materialized="incremental" unique_key="id" merge_exclude_columns=(array "name" "id")}}select id, name, seen from {{ref "src"}}',
      'models/none.sql':
        '{{config materialized="incremental" unique_key="id" merge_exclude_columns=(array "name" "seen")}}select id, name, seen from {{ref "src"}}',
    },
    acts: [
      build,
      { write: { [source]: csv('id,name,seen', '2,bobby,c', '3,cid,d') } },
      { tx: 'build', says: ['incremental merge'] },
      is('select id, name, seen from main.only order by 1', [1, 'ann', 'a'], [2, 'bobby', 'b'], [3, 'cid', 'd']),
      is('select id, name, seen from main.but order by 1', [1, 'ann', 'a'], [2, 'bob', 'c'], [3, 'cid', 'd']),
      is('select id, name, seen from main.none order by 1', [1, 'ann', 'a'], [2, 'bob', 'b'], [3, 'cid', 'd']),
      {
        write: {
          'models/only.sql':
            '{{config materialized="incremental" unique_key="id" merge_update_columns=(array "nmae")}}select id, name, seen from {{ref "src"}}',
        },
      },
      { tx: 'run -s only', exit: 2, says: [/merge-column-missing\s+models\/only\.sql:1:74/, 'did you mean `name`'] },
      is('select count(*) from main.only', [3]),
    ],
  },
  {
    name: 'an increment touches only rows of which its conditions are true',
    files: {
      [source]: csv('id,v,day', '1,old,5', '2,old,9', '3,old,'),
      'models/merged.sql':
        '{{config materialized="incremental" unique_key="id" incremental_strategy="merge" incremental_predicates=(array "day >= 7 -- recent" "target.v <> \'kept\'")}}select id, v, day from {{ref "src"}}',
      'models/replaced.sql':
        '{{config materialized="incremental" unique_key="ID" incremental_strategy="delete_insert" incremental_predicates="day >= (select max(n) from (values (6), (7)) as w (n))"}}select id as "ID", v, day from {{ref "src"}}',
    },
    acts: [
      build,
      { write: { [source]: csv('id,v,day', '2,new,9', '4,new,9') } },
      { tx: ['plan', '-s', 'merged', '--verbose'], says: ['among rows with day >= 7 -- recent and'] },
      { tx: 'build' },
      is('select id, v, day from main.merged order by 1, 2', [1, 'old', 5], [2, 'new', 9], [3, 'old', null], [4, 'new', 9]),
      is('select "ID", v, day from main.replaced order by 1, 2', [1, 'old', 5], [2, 'new', 9], [3, 'old', null], [4, 'new', 9]),
      // What is not among them stays, and whose key comes again stands twice.
      { write: { [source]: csv('id,v,day', '1,new,5', '3,new,9') } },
      build,
      is('select id, v from main.merged where id in (1, 3) order by 1, 2', [1, 'new'], [1, 'old'], [3, 'new'], [3, 'old']),
      is('select "ID", v from main.replaced where "ID" in (1, 3) order by 1, 2', [1, 'new'], [1, 'old'], [3, 'new'], [3, 'old']),
      {
        write: {
          [source]: csv('id,v,day', '2,newer,9'),
          'models/merged.sql':
            '{{config materialized="incremental" unique_key="id" incremental_strategy="merge" incremental_predicates=(array "dya >= 7")}}select id, v, day from {{ref "src"}}',
        },
      },
      { tx: 'compile -s merged', exit: 2, says: [/condition-wrong\s+models\/merged\.sql:1:105/, 'did you mean `day`?'] },
      { tx: 'run -s merged --no-analyze', exit: 1, says: [/condition-wrong\s+models\/merged\.sql:1:105/, '`dya >= 7`'] },
      {
        write: {
          'models/merged.sql':
            '{{config materialized="table" indexes=(array (object columns=(array "dya")))}}select id, v, day from {{ref "src"}}',
        },
      },
      { tx: 'compile -s merged', exit: 2, says: [/index-column-missing\s+models\/merged\.sql:1:39/, 'did you mean `day`?'] },
      { tx: 'run -s merged --no-analyze', exit: 1, says: [/index-column-missing\s+models\/merged\.sql:1:39/, '`dya`'] },
      is('select v from main.merged where id = 2', ['new']),
    ],
  },
  {
    name: 'events: the newest of each key wins',
    files: {
      [source]: csv('id,op,lsn,v', '1,I,1,one', '2,I,2,two', '2,U,4,two again', '2,U,3,between', '3,I,5,three', '3,D,6,', '1,I,1,one'),
      'models/m.sql':
        '{{config materialized="incremental" unique_key="id" sequence_by="lsn" delete_when="op = \'D\' -- gone"}}select id, op, lsn, v from {{ref "src"}}',
    },
    acts: [
      { tx: 'plan -s m --verbose', says: ['keep the newest event of each key by lsn', 'remember it in main.m__deleted'] },
      build,
      is('select id, lsn, v from main.m order by 1', [1, 1, 'one'], [2, 4, 'two again']),
      is('select * from main.m__deleted order by 1', [3, 6, true]),
      // Late events of a deleted key bring nothing back, and a deletion that is late deletes nothing.
      { write: { [source]: csv('id,op,lsn,v', '3,U,5,late', '3,I,6,equal', '2,D,3,', '1,U,7,newer', '4,D,8,', '2,U,4,two again') } },
      {
        tx: 'build',
        says: ['incremental merge', '+2 rows'],
      },
      is('select id, lsn, v from main.m order by 1', [1, 7, 'newer'], [2, 4, 'two again']),
      is('select * from main.m__deleted order by 1', [3, 6, true], [4, 8, true]),
      // Of equal sequence a deletion wins; what comes later than a deletion is there again.
      { write: { [source]: csv('id,op,lsn,v', '1,D,7,', '3,I,9,back', '4,U,7,late') } },
      build,
      is('select id, lsn, v from main.m order by 1', [2, 4, 'two again'], [3, 9, 'back']),
      is('select * from main.m__deleted order by 1', [1, 7, true], [4, 8, true]),
      // Anew from what the query gives: nothing else is known afterwards.
      { write: { [source]: csv('id,op,lsn,v', '4,I,1,four', '5,I,2,five', '5,D,3,') } },
      { tx: 'build --full-refresh' },
      is('select id, lsn, v from main.m order by 1', [4, 1, 'four']),
      is('select * from main.m__deleted order by 1', [5, 3, true]),
      { write: { [source]: csv('id,op,lsn,v', '4,U,,nowhere', '5,I,4,five') } },
      { tx: 'run', exit: 1, says: ['sequence-wrong', '1 new row of `m` has no `lsn`'] },
      { write: { [source]: csv('id,op,lsn,v', ',U,3,nobody') } },
      { tx: 'run', exit: 1, says: ['key-not-unique', '1 with a NULL key'] },
      is('select id, lsn, v from main.m order by 1', [4, 1, 'four']),
      { sql: 'drop table main.m__deleted' },
      { tx: 'run', exit: 2, says: ['deletions-unknown', '`main.m__deleted` is gone'] },
      { tx: 'run --full-refresh', exit: 1 },
      { write: { [source]: csv('id,op,lsn,v', '4,U,3,four') } },
      { tx: 'run --full-refresh' },
      is('select count(*) from main.m__deleted', [0]),
      // While nobody notes deletions, a key that is remembered as deleted comes back by an event that is older than its deletion.
      { write: { [source]: csv('id,op,lsn,v', '4,D,99,') } },
      build,
      {
        write: {
          [source]: csv('id,op,lsn,v', '4,U,50,back'),
          'models/m.sql': '{{config materialized="incremental" unique_key="id" sequence_by="lsn"}}select id, op, lsn, v from {{ref "src"}}',
        },
      },
      build,
      is('select id, lsn from main.m', [4, 50]),
      {
        write: {
          [source]: csv('id,op,lsn,v', '4,U,60,newer'),
          'models/m.sql':
            '{{config materialized="incremental" unique_key="id" sequence_by="lsn" delete_when="op = \'D\'"}}select id, op, lsn, v from {{ref "src"}}',
        },
      },
      ...['run', 'plan'].map((tx) => ({ tx, exit: 2, says: ['deletions-unknown', 'was built without `delete_when` meanwhile'] })),
      is('select id, lsn from main.m', [4, 50]),
      { tx: 'run --full-refresh' },
      is('select id, lsn from main.m', [4, 60]),
      is('select count(*) from main.m__deleted', [0]),
      { tx: 'run' },
    ],
  },
  {
    name: 'events: deletions are forgotten once somebody says how late events can be',
    files: {
      [source]: csv('id,op,at', '1,D,2024-01-01 00:00:00', '2,D,2024-03-02 00:00:00', '3,I,2024-03-31 12:00:00'),
      'models/m.sql':
        '{{config materialized="incremental" unique_key="id" sequence_by="at" delete_when="op = \'D\'"}}select id, op, cast("at" as timestamp) as "at" from {{ref "src"}}',
      'models/n.sql':
        '{{config materialized="incremental" unique_key="id" sequence_by="lsn" delete_when="op = \'D\'"}}select id, op, id as lsn from {{ref "src"}}',
    },
    acts: [
      build,
      { tx: 'state gc --deletions 30', says: ['1 entry of main.m__deleted could be forgotten', 'left main.n__deleted: `lsn` is no time'] },
      is('select count(*) from main.m__deleted', [2]),
      { tx: 'state gc --deletions 30 --yes', says: ['forgot 1 entry of main.m__deleted'] },
      is('select id from main.m__deleted', [2]),
      is('select count(*) from main.n__deleted', [2]),
      { tx: 'state gc --deletions 30 --yes', says: ['forgot 0 entries of main.m__deleted'] },
      build,
      is('select id from main.m', [3]),
    ],
  },
  {
    name: 'events: without deletions',
    files: {
      [source]: csv('id,at,v,seen', '1,2024-01-01 00:00:00,one,first', '1,2024-01-03 00:00:00,three,first'),
      'models/m.sql':
        '{{config materialized="incremental" unique_key="ID" sequence_by="At" merge_update_columns=(array "v")}}select id as "ID", cast("at" as timestamp) as "At", v, seen from {{ref "src"}}',
    },
    acts: [
      build,
      {
        write: {
          [source]: csv('id,at,v,seen', '1,2024-01-02 00:00:00,two,later', '2,2024-01-02 00:00:00,a,x', '2,2024-01-02 00:00:00,b,y'),
        },
      },
      build,
      is('select "ID", v, seen from main.m where "ID" = 1', [1, 'three', 'first']),
      is('select count(*) from main.m', [2]),
      { write: { [source]: csv('id,at,v,seen', '1,2024-01-04 00:00:00,four,later') } },
      build,
      is('select v, seen, cast("At" as varchar) from main.m where "ID" = 1', ['four', 'first', '2024-01-04 00:00:00']),
    ],
  },
  {
    name: 'events: other tables in the way',
    files: {
      [source]: csv('id,op,lsn', '1,I,1'),
      'models/m.sql':
        '{{config materialized="incremental" unique_key="id" sequence_by="lsn" delete_when="op = \'D\'"}}select id, op, lsn from {{ref "src"}}',
    },
    acts: [
      { sql: 'create schema if not exists main' },
      { sql: 'create table main.m__deleted as select 7 as id, 1 as lsn' },
      { tx: 'build', exit: 2, says: ['deletions-taken', '`main.m__deleted`'] },
      is('select id from main.m__deleted', [7]),
      { sql: 'drop table main.m__deleted' },
      // What was merged before without a sequence has to have one.
      { write: { 'models/m.sql': '{{config materialized="incremental" unique_key="id"}}select id from {{ref "src"}}' } },
      build,
      {
        write: {
          'models/m.sql':
            '{{config materialized="incremental" unique_key="id" sequence_by="lsn" delete_when="op = \'D\'"}}select id, op, lsn from {{ref "src"}}',
        },
      },
      { tx: 'run', exit: 1, says: ['sequence-wrong', 'has no column `lsn`'] },
      {
        write: {
          [source]: csv('id,op,lsn', '1,D,1', '2,I,1'),
          'models/m.sql':
            '{{config materialized="incremental" unique_key="id" sequence_by="lsn" delete_when="op = \'D\'" on_schema_change="append_new_columns"}}select id, op, lsn from {{ref "src"}}',
        },
      },
      build,
      is('select id, lsn from main.m', [2, 1]),
      is('select * from main.m__deleted', [1, 1, true]),
    ],
  },
  {
    name: 'partitions are replaced as a whole',
    files: {
      [source]: csv('id,day,kind,v', '1,1,a,old', '2,1,b,old', '3,2,a,old', '4,,a,old', '5,,b,old', '6,12,,old'),
      'models/by_day.sql':
        '{{config materialized="incremental" incremental_strategy="insert_overwrite" partition_by="DAY"}}select id, day as "DAY", kind, v from {{ref "src"}}',
      'models/by_both.sql':
        '{{config materialized="incremental" incremental_strategy="insert_overwrite" partition_by=(array "(day % 10 -- digit\n)" "kind") unique_key="id"}}select * from {{ref "src"}}',
    },
    acts: [
      build,
      { tx: 'plan -s by_day --verbose --force', says: ['delete the partitions of the staged rows from'] },
      { write: { [source]: csv('id,day,kind,v', '7,1,a,new', '8,,b,new', '9,2,,new') } },
      { tx: 'build', says: ['incremental insert_overwrite', '+3 rows'] },
      is('select id, v from main.by_day order by 1', [6, 'old'], [7, 'new'], [8, 'new'], [9, 'new']),
      is('select id, v from main.by_both order by 1', [2, 'old'], [3, 'old'], [4, 'old'], [7, 'new'], [8, 'new'], [9, 'new']),
      // The same again changes nothing.
      { tx: 'build --force' },
      is('select count(*) from main.by_day', [4]),
      {
        write: {
          [source]: csv('id,day,kind,v', '1,1,a,x', '1,2,a,x'),
          'models/by_day.sql':
            '{{config materialized="incremental" incremental_strategy="insert_overwrite" partition_by="(dya + 1)"}}select id, day as "DAY", kind, v from {{ref "src"}}',
        },
      },
      { tx: 'compile', exit: 2, says: ['condition-wrong', '`(dya + 1)`'] },
      { tx: 'run --no-analyze', exit: 1, says: ['key-not-unique', 'condition-wrong', '`(dya + 1)`'] },
      is('select count(*) from main.by_both', [6]),
    ],
  },
];
