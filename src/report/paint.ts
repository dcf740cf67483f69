/** Real colours for terminals that show them. */
import picocolors from 'picocolors';
import { plainPaint } from '../diagnostics/paint.ts';
import type { Paint } from '../diagnostics/paint.ts';

/** Colours, or none. */
export function createPaint(colour: boolean): Paint {
  if (!colour) return plainPaint;
  const { bold, dim, red, green, yellow, cyan } = picocolors.createColors(true);
  return { bold, dim, red, green, yellow, cyan };
}
