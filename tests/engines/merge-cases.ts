/** What merges change, on every engine. */
import { build, csv, is, source } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';

export const mergeCases: readonly ConformanceCase[] = [
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
      { tx: 'run -s only', exit: 1, says: [/merge-column-missing\s+models\/only\.sql:1:74/, 'did you mean `name`'] },
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
      { tx: 'run -s merged', exit: 1, says: [/condition-wrong\s+models\/merged\.sql:1:105/, '`dya >= 7`'] },
      is('select v from main.merged where id = 2', ['new']),
    ],
  },
];
