/** Checks that compare with earlier runs, on every engine: what they remember, and what never counts. */
import { csv, is, source } from './conformance-case.ts';
import type { Act, ConformanceCase } from './conformance-case.ts';

const rows = (count: number): string => csv('k,v', ...Array.from({ length: count }, (_, at) => `${at},${at === 0 ? '' : at}`));
const model = (columns: string): string => `{{config materialized="table"}}\nselect ${columns} from {{ref "src"}}`;

interface Expected {
  readonly exit?: number;
  readonly says?: readonly string[];
}

/** The day's build over so many rows; a build that changes nothing measures too. */
function day(number: number, count: number, more: Expected = {}): readonly Act[] {
  return [{ write: { [source]: rows(count) } }, { tx: 'build', at: `2024-03-0${number}T10:00:00Z`, ...more }];
}

export const historyCases: readonly ConformanceCase[] = [
  {
    name: 'checks that compare with earlier runs remember what was published, and nothing else',
    files: {
      [source]: rows(20),
      'models/m.sql': model('k, v'),
      'models/m.yaml': `models:
  - name: m
    tests:
      - row_count_change: { name: change, percent: 30, min_rows: 1 }
      - schema_unchanged: { name: columns }
      - volume_anomaly: { name: volume, min_points: 3 }
    columns:
      - name: v
        tests: [column_anomaly: { name: nulls, metric: null_count, min_points: 3, severity: warn }]
`,
    },
    acts: [
      ...day(1, 20),
      // The last of a day is its point.
      ...day(1, 21),
      ...day(2, 20),
      ...day(3, 20),
      // 20 ± 3.5 × 5 % of it; 25 is no more than 30 % above 20.
      ...day(4, 25, { exit: 1, says: ['test `volume` measured 25', '1 of its tests failed'] }),
      is('select count(*) from main.m', [20]),
      // What was refused is compared with by none: 27 is within 30 % of 25.
      ...day(5, 27, { exit: 1, says: ['test `volume` measured 27', 'test `change` measured 27', '2 of its tests failed'] }),
      { write: { 'models/m.sql': model('k, cast(null as integer) as v') } },
      ...day(6, 22, { says: ['test `nulls` measured 22'] }),
      { write: { 'models/m.sql': model(`k, v, 'x' as more`) } },
      ...day(7, 22, { exit: 1, says: ['test `columns`', '1 of its tests failed'] }),
      { tx: 'anomaly backtest -s volume', says: ['volume', /7 +4 +2/] },
    ],
  },
];
