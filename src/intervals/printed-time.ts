/** Reads dates and times as databases print them. */

const TIME = /^(\d{4,6}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)(\.\d+)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/;

/** Milliseconds since 1970, later parts cut off; without a zone it is UTC. Undefined for what is no date or timestamp. */
export function readPrintedTime(text: string): number | undefined {
  const match = TIME.exec(text.trim());
  if (match === null) return undefined;
  const [, date = '', time = '00:00', fraction = '', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const year = date.length > 10 ? `+${date.padStart(12, '0')}` : date;
  const parsed = Date.parse(`${year}T${time.length === 5 ? `${time}:00` : time}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** Whether a time is a day as a whole. */
export function isPrintedDate(text: string): boolean {
  return TIME.exec(text.trim())?.[2] === undefined;
}

/** Whether it is a time, and yet no moment that a clock shows: endless, or before the first year. */
export function isOutsideCalendar(text: string): boolean {
  return /^-?infinity$|\bBC\b/.test(text.trim());
}
