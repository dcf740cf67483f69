/** Says how long ago something was; the exact time stays in the tooltip. */

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

export function tellTimes(now: number): void {
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  for (const element of document.querySelectorAll('time')) {
    const time = Date.parse(element.dateTime);
    if (Number.isNaN(time)) continue;
    const seconds = Math.round((time - now) / 1000);
    // An exact date says more than many days.
    const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
    element.title = element.textContent ?? '';
    if (Math.abs(seconds) < 45 * 86_400) element.textContent = words.format(Math.trunc(seconds / size), unit);
  }
}
