/** SQL that leaves out stamps that are no moment of our calendar: `infinity`, and what lies before its first year. */
import type { Dialect } from './dialect.ts';

/** Read from the text, so that it fits whatever type the stamps have. */
export function isWithinCalendar(sql: string, dialect: Pick<Dialect, 'typeName'>): string {
  const text = `cast(${sql}\n as ${dialect.typeName('text')})`;
  return `${text} not like '%infinity' and ${text} not like '%BC%'`;
}
