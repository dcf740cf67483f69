/** Casts that the binder lets pass and that fail with the first value. Types that are not named here are left alone. */
import type { LogicalType } from './plan.ts';

type Family = 'number' | 'date' | 'time' | 'interval' | 'uuid' | 'nested';

const families: Readonly<Record<Family, string>> = {
  number: 'BOOLEAN,TINYINT,SMALLINT,INTEGER,BIGINT,HUGEINT,UTINYINT,USMALLINT,UINTEGER,UBIGINT,UHUGEINT,FLOAT,DOUBLE,DECIMAL',
  date: 'DATE,TIMESTAMP,TIMESTAMP_S,TIMESTAMP_MS,TIMESTAMP_NS,TIMESTAMP WITH TIME ZONE',
  time: 'TIME,TIME WITH TIME ZONE,TIME_NS',
  interval: 'INTERVAL',
  uuid: 'UUID',
  nested: 'LIST,ARRAY,STRUCT,MAP',
};

const familyOf = new Map(Object.entries(families).flatMap(([family, ids]) => ids.split(',').map((id) => [id, family] as const)));

/** Whether no value of one type can become one of the other. */
export function isImpossibleCast(from: LogicalType, to: LogicalType): boolean {
  const one = familyOf.get(from.id);
  const other = familyOf.get(to.id);
  // A date has a time of its own in some types and not in others.
  return one !== undefined && other !== undefined && one !== other && !(one === 'date' && other === 'time');
}
