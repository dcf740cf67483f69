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
];
