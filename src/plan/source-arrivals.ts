/**
 * What came into a source since models by interval have looked at it: one statement for all of them, which gives the times of
 * late rows by hours or minutes. Who is late is decided by the database, which compares the times as what they are.
 */
import { isWithinCalendar } from '../adapter/calendar-sql.ts';
import type { Cell } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Arrivals, CompiledSource } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { shownName } from '../graph/shown-name.ts';
import { isOutsideCalendar, isPrintedDate, readPrintedTime } from '../intervals/printed-time.ts';
import { joinRanges } from '../intervals/range-set.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';
import type { SourceMark } from '../state/state-writer.ts';

/** A source that says when its rows come. */
export type WatchedSource = CompiledSource & { readonly arrivals: Arrivals };

/** What a source is asked. */
export interface ArrivalQuestion {
  readonly source: WatchedSource;
  readonly by: string;
  /** How far those who read it have looked, each once. */
  readonly marks: readonly SourceMark[];
  /** Whether some of them have intervals that are shorter than an hour. */
  readonly byMinute: boolean;
}

/** What it answered. */
export interface SourceArrivals {
  readonly now: SourceMark;
  /** For each mark when what late rows tell of happened; `days` as ranges of UTC where only a date is said: whose day that is, the reader knows. */
  readonly late: readonly { readonly since: SourceMark; readonly ranges: RangeSet; readonly days: RangeSet }[];
}

export const isSameMark = (one: SourceMark, other: SourceMark): boolean =>
  one.by === other.by && one.at === other.at && one.rows === other.rows;

/**
 * Without rows of which nobody can say when they were loaded, where there are some: to look for them in all rows would cost more
 * than the question itself.
 *
 * Columns: first and last time, newest row, rows, and for each mark whether the rows are newer (2) or just as old (1).
 */
export function arrivalsQuery({ source, marks, byMinute }: ArrivalQuestion, dialect: Dialect, leaveOut: 'endless' | undefined): Statement {
  const text = dialect.typeName('text');
  const rows = rowsOf(source, dialect, leaveOut);
  const none = marks.map(() => ', 0').join('');
  const newest = `select cast(min(happened_at) as ${text}), cast(max(happened_at) as ${text}), cast(loaded_at as ${text}), count(*)${none}
from ${rows}
where loaded_at = (select max(loaded_at) from ${rows})
group by loaded_at`;
  if (marks.length === 0) return { sql: newest };
  const ages = marks.map(({ at }) =>
    at === null ? '2' : `case when loaded_at > ${dialect.literal(at)} then 2 when loaded_at = ${dialect.literal(at)} then 1 else 0 end`,
  );
  const isMet = marks.map(({ at }) => (at === null ? 'loaded_at is not null' : `loaded_at >= ${dialect.literal(at)}`));
  const columns = ages.map((_, at) => `age_${at}`).join(', ');
  return {
    sql: `${newest}
union all
select cast(min(happened_at) as ${text}), cast(max(happened_at) as ${text}), cast(null as ${text}), count(*), ${columns}
from (
  select happened_at, left(cast(happened_at as ${text}), ${byMinute ? 16 : 13}) as part, ${ages.map((age, at) => `${age} as age_${at}`).join(', ')}
  from ${rows}
  where ${isMet.join(' or ')}
) as arrived
group by part, ${columns}`,
  };
}

/** Fails just where one of the expressions of the source is at fault; `without` both where nothing can be read of it. */
export function probeOf(source: WatchedSource, dialect: Dialect): { readonly without: Statement; readonly eventTime: Statement } {
  const from = source.external ?? dialect.relation(source.relation);
  return {
    without: { sql: `select 1 from ${from} where 1 = 0` },
    eventTime: { sql: `select max(${source.arrivals.eventTime.sql}\n) from ${from} where 1 = 0` },
  };
}

function rowsOf({ arrivals, external, relation }: WatchedSource, dialect: Dialect, leaveOut: 'endless' | undefined): string {
  const from = external ?? dialect.relation(relation);
  const where = leaveOut === undefined ? '' : ` where ${isWithinCalendar(arrivals.loadedAt.sql, dialect)}`;
  return `(select ${arrivals.loadedAt.sql}\n as loaded_at, ${arrivals.eventTime.sql}\n as happened_at from ${from}${where}) as arrivals`;
}

/** A diagnostic where the source has no times there; `endless` where the newest row came in no moment: it is to be asked without such rows. */
export function readArrivals(question: ArrivalQuestion, rows: readonly (readonly Cell[])[]): SourceArrivals | Diagnostic | 'endless' {
  const { source, by, marks } = question;
  const notATime = (key: 'loaded_at_field' | 'event_time', { span }: Arrivals['loadedAt']): Diagnostic =>
    diagnose('freshness-not-a-time', { source: shownName(source), key }, { span, node: source.id });
  let now: SourceMark = { by, at: null, rows: 0 };
  const found: { readonly range: HappenedIn | undefined; readonly rows: number; readonly ages: readonly Cell[] }[] = [];
  for (const [first, last, newest, count, ...ages] of rows) {
    const range = readRange(first, last);
    if (range === 'not-a-time') return notATime('event_time', source.arrivals.eventTime);
    if (newest !== null && newest !== undefined) {
      if (isOutsideCalendar(String(newest))) return 'endless';
      if (readPrintedTime(String(newest)) === undefined) return notATime('loaded_at_field', source.arrivals.loadedAt);
      now = { by, at: String(newest), rows: Number(count) };
      continue;
    }
    found.push({ range, rows: Number(count), ages });
  }
  const late = marks.map((since, at) => {
    const withAge = (age: number): typeof found => found.filter(({ ages }) => Number(ages[at]) === age);
    const asOld = withAge(1);
    // Rows that came in the moment of the newest one and after it had been seen are told by their number.
    const hasMore = asOld.reduce((sum, group) => sum + group.rows, 0) !== since.rows;
    const groups = [...withAge(2), ...(hasMore ? asOld : [])];
    const of = (isDay: boolean): RangeSet => joinRanges(groups.flatMap(({ range }) => (range?.isDay === isDay ? range : [])));
    return { since, ranges: of(false), days: of(true) };
  });
  return { now, late };
}

const day = 86_400_000;

interface HappenedIn extends Range {
  /** Only dates are said. */
  readonly isDay: boolean;
}

/** From the first to the last time, which is in it; undefined for no time. */
function readRange(first: Cell | undefined, last: Cell | undefined): HappenedIn | 'not-a-time' | undefined {
  if (first === null || first === undefined || last === null || last === undefined) return undefined;
  const [start, end] = [readPrintedTime(String(first)), readPrintedTime(String(last))];
  const isDay = isPrintedDate(String(last));
  if (start !== undefined && end !== undefined) return { start, end: end + (isDay ? day : 1), isDay };
  // No interval has these.
  return isOutsideCalendar(String(last)) || isOutsideCalendar(String(first)) ? undefined : 'not-a-time';
}
