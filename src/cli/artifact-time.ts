/** The time that artifacts say they were made at. */
import type { Host } from './host.ts';

/** Now, or what SOURCE_DATE_EPOCH says (seconds since 1970): with it, the same input gives the same bytes anywhere. */
export function artifactTime(host: Host): string {
  const epoch = host.env['SOURCE_DATE_EPOCH'];
  const fixed = epoch !== undefined && /^\d{1,11}$/.test(epoch) ? Number(epoch) * 1000 : undefined;
  return new Date(fixed ?? host.clock.now()).toISOString();
}
