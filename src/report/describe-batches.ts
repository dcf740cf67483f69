/** Says which intervals a step loads. */
import { describeRange } from '../intervals/describe-range.ts';
import type { BatchPlan } from '../plan/action.ts';
import { countOf, describeRanges, formatCount } from './quantities.ts';

/** `30 batches of a day, 2024-01-01 to 2024-01-31`, and what of it nobody would have noticed. */
export function describeBatches({ batchSize, count, load, later, late, gaps, chunk }: BatchPlan): string {
  const size = /^\d/.test(batchSize) ? batchSize : `${batchSize === 'hour' ? 'an' : 'a'} ${batchSize}`;
  const together = chunk === 1 ? '' : `, ${formatCount(chunk)} at a time`;
  const holes = gaps.length === 0 ? '' : `; gaps: ${describeRanges(gaps)}`;
  const again = late === undefined ? '' : `; again after ${late.after.join(', ')}: ${describeRanges(late.ranges)}`;
  const rest = later === undefined ? '' : `; not yet over, and not loaded: ${describeRange(later)}`;
  return `${countOf(count, 'batch', 'batches')} of ${size}${together}, ${describeRanges(load)}${rest}${again}${holes}`;
}
